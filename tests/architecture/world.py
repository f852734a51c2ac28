"""Two customers with everything an address can be about, and the people who come there."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import (
    Invitation,
    Membership,
    PossibleDuplicate,
    PrivateLink,
    SavedFilter,
    User,
)
from accounts.purposes import INVITATION, REGISTRATION
from accounts.sections import Section
from accounts.services import private_links, stored_files
from orders.models import Order, OrderDraft, OrderTemplate, OrderType, SavedAddress
from orders.purposes import OWN_ORDER
from orders.services import drafts, offer_mail, sending
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_link,
    a_member,
    a_people_import,
    a_role,
    a_superuser,
    a_user,
    an_address,
    an_admin,
    an_invitation,
    link_sent_to,
)
from tests.builders.changes import a_change
from tests.builders.erp_bridge import a_connection, a_feed, a_look
from tests.builders.invoices import an_invoice, an_invoice_document
from tests.builders.messages import a_message_with_a_file
from tests.builders.offers import a_draft
from tests.builders.orders import PDF, a_delivery, a_paper, an_order
from tests.builders.registration import an_attempt
from tests.builders.wishes import (
    a_claim_link,
    a_guest_request,
    a_request,
    an_attachment,
    an_order_link,
    an_order_type,
)


@dataclass(frozen=True)
class World:
    people: dict[str, User | None]


def with_token(token, known):
    """Let an address of the table open the link of this token."""
    PrivateLink.objects.filter(token_sha256=private_links.token_hash(token)).update(
        token_sha256=private_links.token_hash(known)
    )


def build():
    customer = a_customer("10001")
    an_address(customer, kind="invoice")
    order = an_order(customer, "10248", pk=900030)
    a_paper(order, pk=900001, content=PDF)
    delivery = a_delivery(order, "80248-1")
    a_paper(order, "delivery_note", delivery=delivery, content=PDF)
    invoice = an_invoice(customer, "300412", pk=900031)
    an_invoice_document(invoice, pk=900003, content=PDF)
    # Private links
    with_token(a_link(a_user("by-link@customer.example")), "private-token-900004")
    a_role("Planner", pk=900004)
    # Colleagues
    a_member(customer, email="third@customer.example")
    Membership.objects.filter(user__email="third@customer.example").update(id=900020)
    # Importing people
    a_people_import(pk=900022, by=a_clerk())
    # Messages
    a_message_with_a_file(pk=900005)
    an_invitation(customer, "invited@customer.example")
    Invitation.objects.update(id=900021)
    PrivateLink.objects.filter(purpose=INVITATION).update(data={"invitation": 900021})
    with_token(link_sent_to("invited@customer.example").split("/")[2], "private-token-900021")
    an_order_type()
    logo = stored_files.keep(content=b"\x89PNG\r\n", media_type="image/png", now=timezone.now())
    an_order_link(pk=900030, code="homepage", accent="#0b6bcb", logo=logo)
    # Registration
    proven = an_attempt(invoice, token="registration-token-900006")
    token = private_links.issue(
        purpose=REGISTRATION,
        lifetime=timedelta(hours=1),
        now=timezone.now(),
        customer_id=customer.pk,
        email=proven.email,
        data={"attempt": proven.pk},
    )
    with_token(token, "private-token-900006")
    # The office's register and users
    register = a_customer("10009", pk=900030)
    a_member(register, email="kept@register.example", pk=900030)
    # Customers that may be one
    PossibleDuplicate.objects.create(
        pk=900060,
        newcomer=a_customer("P1", source="", pk=900060),
        other=register,
        reasons=["name"],
        found_at=timezone.now(),
    )
    # An offer that is with the customer
    version = a_draft(customer, now=timezone.now(), valid_on=timezone.localdate())
    Order.objects.filter(pk=version.offer_id).update(number="W1")
    offer_mail.send(
        order_id=version.offer_id, revision=version.revision, user_id=None, now=timezone.now()
    )
    # An order of a guest
    guest = a_guest_request("guest@alfreds.example")
    Order.objects.filter(pk=guest.pk).update(number="W2")
    page = sending.follow_link(guest, now=timezone.now())
    with_token(page.split("/")[-2], "private-token-900050")
    claim = a_claim_link("guest@alfreds.example", customer=guest.order.customer)
    with_token(claim.split("/")[2], "private-token-900051")
    # A change of an order that is asked for, and the private link of the order
    request = a_request(customer)
    Order.objects.filter(pk=request.pk).update(number="W3")
    a_change(request)
    link = private_links.issue(
        purpose=OWN_ORDER,
        lifetime=timedelta(hours=1),
        now=timezone.now(),
        customer_id=customer.pk,
        data={"order": request.pk},
    )
    with_token(link, "private-token-900040")
    # Ordering signed in
    kept = {"customer": customer, "saved_at": timezone.now(), "saved_by": a_member(customer)}
    template = {"answers": {}, "stops": [], "goods": [], "products": []}
    OrderTemplate.objects.create(pk=900040, name="Mondays", wanted=template, **kept)
    SavedAddress.objects.create(pk=900040, label="Warehouse", city="Berlin", **kept)
    begun, _key = drafts.begin(
        typed={"stops": [{}]},
        language="en",
        order_type_id=OrderType.objects.get(code="transport").pk,
        user_id=kept["saved_by"].pk,
        customer_id=customer.pk,
        now=timezone.now(),
    )
    OrderDraft.objects.filter(pk=begun.pk).update(id=900040)
    # What came along with it
    an_attachment(Order.objects.get(number="W1"), pk=900001)
    office = a_clerk()
    # Sync
    erp = a_connection(pk=900002, feeds=())
    a_feed(erp, pk=900002)
    a_look(erp, pk=900004, remote_id="", number="10248", asked_by=office)
    SavedFilter.objects.create(
        pk=900050, owner=office, of_list="requests", name="Offers", query="kind=offer"
    )
    office.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return World(
        people={
            "anonymous": None,
            "member": a_member(customer, *Section),
            "colleague": a_member(customer),
            "stranger": an_admin(a_customer("10002")),
            "office": office,
            "newcomer": a_clerk(),
            "superuser": a_superuser(),
        }
    )
