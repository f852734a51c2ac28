"""Sending a form: the draft becomes an order or an offer request, once, and its sender is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.messaging import Recipient
from accounts.models import Customer, User
from accounts.models.user import UserManager
from accounts.sections import Section
from accounts.services import audit, claiming, merging, newcomers, notify, private_links
from accounts.services.newcomers import Newcomer
from orders import cut_off
from orders.kinds import REQUEST_RECEIVED
from orders.models import OrderDraft, OrderLink, OrderRequest
from orders.purposes import OWN_ORDER
from orders.services import requests
from orders.services.drafts import Changed
from orders.wishes import Wish
from portal.lib.dates import moment_text
from portal.lib.errors import DomainError

__all__ = [
    "FOLLOWED",
    "MayNotOrder",
    "Sent",
    "check_right",
    "contact_of",
    "facts_of",
    "follow_link",
    "send",
]

# How long a private link shows an order to whoever has it.
FOLLOWED = timedelta(days=180)


class MayNotOrder(DomainError):
    """The sender lost the right to order for the customer, or the customer may not order."""

    user_message = _(
        "You may not order for this customer any more, so nothing was sent. Ask who manages the"
        " rights of your company."
    )


class Sent(NamedTuple):
    request: OrderRequest
    is_new: bool


@transaction.atomic
def send(
    *,
    draft_id: int,
    revision: int,
    wish_of: Callable[[OrderDraft, int], Wish],
    newcomer: Newcomer | None,
    sender: User | None = None,
    now: datetime,
) -> Sent:
    """Make the order of the draft that was checked, and write to its sender.

    A guest's draft makes a customer of the newcomer, unless it repeats an order of a customer that
    was born here and says nothing else of who orders. Another postal address is kept with the
    order, for the office to decide. A member's is of its own customer, for which the sender has to
    hold the right at this very moment. Whoever sends it a second time, by a double click or from
    another tab, gets the first order. Raises Changed when the draft is not the one that was
    checked, MayNotOrder, and what `requests.place` raises.

    The receipt repeats nothing that a guest typed unless the guest has proven the address: else
    anybody could have us mail anything to anybody.
    """
    draft = OrderDraft.objects.select_for_update(of=("self",), no_key=True).get(pk=draft_id)
    if draft.request_id is not None:
        return Sent(OrderRequest.objects.select_related("order").get(pk=draft.request_id), False)
    if draft.revision != revision:
        raise Changed(f"{draft}: revision {revision}")

    customer_id = draft.customer_id
    is_proven = sender is not None
    known: Customer | None = None
    if customer_id is None:
        if newcomer is None:
            raise ValueError(f"{draft} has no customer and nobody to make one of")
        known = _known(draft, newcomer)
        # The form was begun by the link that was mailed to this very address.
        is_proven = known is not None
        customer_id = (known or newcomers.take_in(newcomer=newcomer, now=now)).pk
    else:
        if Customer.objects.locked().get(pk=customer_id).takes_no_orders:
            raise MayNotOrder(f"customer {customer_id} may not order")
        check_right(sender, customer_id)
    sent_by_id = sender.pk if sender else None
    request = requests.place(wish=wish_of(draft, customer_id), sent_by_id=sent_by_id, now=now)
    draft.request = request
    draft.save(update_fields=["request"])
    if draft.link_id is not None:
        request.order_link_id = draft.link_id
        if known is not None and newcomer is not None:
            request.other_address = _other_address(known, newcomer)
        request.save(update_fields=["order_link", "other_address"])
    if sender is not None:
        audit.record(
            kind="order_placed",
            subject=request.order.number,
            customer_id=customer_id,
            after={"kind": request.kind, "contact_email": request.contact_email},
            now=now,
        )
    _tell(request, repeats=is_proven, now=now)
    if draft.link_id is not None:
        # Last of all: whoever opens the form counts in the same row.
        OrderLink.objects.filter(pk=draft.link_id).update(sent=F("sent") + 1)
    return Sent(request, True)


def _known(draft: OrderDraft, newcomer: Newcomer) -> Customer | None:
    """The customer whose order the guest's draft repeats, while it is what the form says.

    The private link that began the draft went to the customer's address; with another name, id or
    e-mail address it may be somebody else. Once somebody manages the customer, people sign in to
    order for it; one that was merged is the office's to know.
    """
    if draft.known_id is None:
        return None
    customer = merging.lock_standing(draft.known_id)
    is_same = (
        customer.pk == draft.known_id
        and not customer.source
        and not customer.takes_no_orders
        and customer.name == (newcomer.name or newcomer.contact)
        and customer.business_id == newcomer.business_id
        and customer.email == UserManager.normalize_email(newcomer.email)
        and not customer.memberships.exists()
    )
    return customer if is_same else None


def _other_address(customer: Customer, newcomer: Newcomer) -> dict[str, str]:
    """The address that the newcomer gives, where it is not the customer's for invoices."""
    names = ("street", "postal_code", "city", "country")
    given = {name: text for name in names if (text := getattr(newcomer, name))}
    address = customer.addresses.current().invoice().first()
    is_known = all(getattr(address, name, "") == text for name, text in given.items())
    return {} if is_known else given


def check_right(sender: User | None, customer_id: int) -> None:
    """Ask for the right under the customer's lock, which whoever takes rights away holds too."""
    if (
        sender is None
        or not User.objects.filter(pk=sender.pk, is_active=True).exists()
        or not sender.customers_with(Section.PLACE_ORDERS).filter(pk=customer_id).exists()
    ):
        raise MayNotOrder(f"customer {customer_id}")


def follow_link(request: OrderRequest, *, now: datetime) -> str:
    """A private link's address for whoever sent the request, in the caller's transaction."""
    token = private_links.issue(
        purpose=OWN_ORDER,
        lifetime=FOLLOWED,
        email=request.contact_email,
        customer_id=request.order.customer_id,
        data={"order": request.order_id},
        now=now,
    )
    return private_links.address_of(token)


def contact_of(request: OrderRequest) -> Recipient:
    """Who is written to about the request; as a user where the address is the sender's own."""
    sender = request.sent_by
    is_senders = sender is not None and sender.email == request.contact_email
    return Recipient(
        email=request.contact_email,
        name=request.contact_name,
        language=request.language,
        phone=request.contact_phone,
        user_id=request.sent_by_id if is_senders else None,
    )


def _tell(request: OrderRequest, *, repeats: bool, now: datetime) -> None:
    """Write the receipt, which `repeats` what was typed, or is in our own words alone."""
    contact = contact_of(request)
    notify.compose(
        REQUEST_RECEIVED,
        to=[contact if repeats else replace(contact, name="")],
        context={
            "number": request.order.number,
            "what": request.get_kind_display,
            "facts": lambda: facts_of(request) if repeats else _own_facts(request),
            "changes": lambda: cut_off.in_words(request.cut_off_at, now=now),
            "link": follow_link(request, now=now),
            "claim": _claim_link(request, now=now),
        },
        customer_id=request.order.customer_id,
        thread=f"order-{request.order.number}",
        now=now,
    )


def _claim_link(request: OrderRequest, *, now: datetime) -> str:
    """For guests, whose mail says by itself that they read what is sent to their address."""
    if request.sent_by_id is not None:
        return ""
    return claiming.issue_link(
        email=request.contact_email, customer_id=request.order.customer_id, now=now
    )


def facts_of(request: OrderRequest) -> list[tuple[Any, str]]:
    """What was ordered in short, in the current language: pairs of label and value."""
    order = request.order
    facts: list[tuple[Any, str]] = []
    if request.order_type is not None:
        facts.append((_("Order type"), request.order_type.name))
    if order.customer_reference:
        facts.append((_("PO / reference"), order.customer_reference))
    for stop in order.stops.order_by("position"):
        place = ", ".join(filter(None, (stop.name, stop.city)))
        facts.append((stop.get_kind_display(), place))
    return [(label, value) for label, value in facts if value]


def _own_facts(request: OrderRequest) -> list[tuple[Any, str]]:
    """What a request says in our own words: when it came, and of which type it is."""
    facts: list[tuple[Any, str]] = [(_("Received"), moment_text(request.sent_at))]
    if request.order_type is not None:
        facts.append((_("Order type"), request.order_type.name))
    return facts
