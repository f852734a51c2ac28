"""The people of a demo and its way to the ERP. What stands already is left as it is."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Company, Customer, Role, User
from accounts.office_sections import Level
from accounts.sections import Section
from accounts.services import account_settings, company, membership, roles
from erp_bridge import connecting
from erp_bridge.models import Connection, Cursor
from invoices.models import Invoice
from invoices.states import InvoiceKind
from orders.models import Order, OrderLink
from orders.services import links
from portal.lib.dates import day_of
from portal.lib.lists import CUSTOMER_ROWS
from portal.lib.money import money_text

OFFICE_EMAIL = "office@northwind-freight.example"
STAFF_DOMAIN = "staff.northwind-freight.example"
CONNECTION_CODE = "erp"
INTERVAL_SECONDS = 30


def plant_company() -> None:
    """The seller: a Finnish company that invoices in euro."""
    if Company.objects.exists():
        return
    company.keep(
        company=Company(
            name="Northwind Freight",
            legal_name="Northwind Freight Oy",
            business_id="2876540-0",
            vat_id="FI28765400",
            street="Satamakatu 4",
            postal_code="00160",
            city="Helsinki",
            country="FI",
            email=OFFICE_EMAIL,
            phone="+358 9 555 0100",
            website="https://northwind-freight.example",
            bank_name="Nordea",
            iban="FI2112345600000785",
            bic="NDEAFIHH",
        )
    )


def plant_connection(*, url: str, username: str, password: str) -> None:
    """The demo ERP, whose port may be another one at every start, and a schedule for each feed."""
    connection = Connection.objects.filter(code=CONNECTION_CODE).first() or Connection(
        code=CONNECTION_CODE, name="Northwind ERP", kind=Connection.Kind.SOAP
    )
    connection.url, connection.username = url, username
    connecting.keep(connection=connection, password=password, interval_seconds=INTERVAL_SECONDS)


def plant_order_link(*, now: datetime) -> None:
    """A form for anybody, which pages on this machine may show in a frame."""
    if OrderLink.objects.exists():
        return
    links.keep_link(
        link=OrderLink(code="demo", name="Homepage", sites=["http://127.0.0.1:8080"]),
        user_id=None,
        now=now,
    )


def is_filled() -> bool:
    """Every feed has been read to its end once."""
    return not Cursor.objects.filter(connection__code=CONNECTION_CODE, succeeded_at=None).exists()


@transaction.atomic
def plant_office(*, password: str) -> dict[str, str]:
    """One person of the office who may do everything."""
    _person(OFFICE_EMAIL, password, "Aino", "Laine", is_staff=True, is_superuser=True)
    return {"email": OFFICE_EMAIL, "password": password}


@transaction.atomic
def plant_identity(*, issuer: str, now: datetime) -> None:
    """What the office's second person signs in with: an internal domain, and a role.

    The first one signs in by password, so the domain is another. The provider has another address
    at every start, and would know everybody by another key.
    """
    SocialAccount.objects.exclude(extra_data__issuer=issuer).delete()
    if Role.objects.exists():
        return
    roles.change(
        role_id=None,
        name="Customer service",
        claim_values=["portal.service"],
        rights={
            "as_customer": Level.DISPLAY,
            "customers": Level.DISPLAY,
            "invoices": Level.DISPLAY,
            "messages": Level.DISPLAY,
            "orders": Level.PROCESS,
            "sync": Level.DISPLAY,
        },
        now=now,
    )
    account_settings.keep(internal_domains=[STAFF_DOMAIN], now=now)


@transaction.atomic
def plant_members(*, password: str, now: datetime) -> list[dict[str, Any]]:
    """Four people of customers that have orders and invoices.

    First two account admins of unrelated customers, then a colleague of the first one who sees
    orders alone, then an account admin of a whole family. The same rows and day give the same
    four.
    """
    busy = _busy_customers(today=day_of(now))
    first, second = busy.filter(family=None)[:2]
    sibling = Customer.objects.filter(family_id=OuterRef("family_id")).exclude(pk=OuterRef("pk"))
    of_a_family = busy.filter(Exists(sibling))[:1].get()
    return [
        _member(first, password=password, now=now, is_admin=True),
        _member(second, password=password, now=now, is_admin=True),
        _member(
            first,
            email=f"orders@{first.email.partition('@')[2]}",
            name="Sam Otter",
            password=password,
            now=now,
            sections=[Section.ORDERS],
        ),
        _member(of_a_family, password=password, now=now, is_admin=True, covers_family=True),
    ]


def find_registration(*, now: datetime) -> dict[str, str]:
    """What somebody needs to register: a customer that nobody works for, and an invoice of it.

    Its own e-mail address, as the ERP has it, gets the mail.
    """
    customers = _busy_customers(today=day_of(now)).filter(memberships=None, family=None)
    customer = customers.filter(group="TRADE").first() or customers[:1].get()
    invoice = (
        Invoice.objects.filter(customer=customer, kind=InvoiceKind.INVOICE, removed_at=None)
        .order_by("-invoiced_on", "-pk")[:1]
        .get()
    )
    first_name, last_name = customer.contact.rsplit(" ", 1)
    return {
        "first_name": first_name,
        "last_name": last_name,
        "customer_number": customer.number,
        "document_number": invoice.number,
        "amount": money_text(invoice.gross_amount, invoice.currency).replace("\xa0", " "),
        "email": customer.email,
    }


def _member(
    customer: Customer,
    *,
    email: str = "",
    name: str = "",
    password: str,
    now: datetime,
    is_admin: bool = False,
    covers_family: bool = False,
    sections: Sequence[Section] = (),
) -> dict[str, Any]:
    """A person of the customer; without an address and a name of its own, the ERP's contact."""
    user = _person(email or customer.email, password, *(name or customer.contact).rsplit(" ", 1))
    membership.grant(
        user_id=user.pk,
        customer_id=customer.pk,
        sections=sections,
        is_admin=is_admin,
        covers_family=covers_family,
        now=now,
    )
    return {
        "number": customer.number,
        "name": customer.name,
        "email": user.email,
        "password": password,
        "admin": is_admin,
    }


def _busy_customers(*, today: date) -> QuerySet[Customer]:
    """Customers with orders and invoices, by number.

    First those whose pages show most: orders on more than one page, and invoices of which some
    are open and some overdue.
    """
    its_own = {"customer_id": OuterRef("pk"), "removed_at": None}
    orders = Order.objects.filter(**its_own)
    invoices = Invoice.objects.filter(**its_own)
    unpaid = invoices.filter(kind=InvoiceKind.INVOICE).open()
    return (
        Customer.objects.filter(Exists(orders), Exists(invoices), is_blocked=False, removed_at=None)
        .exclude(email="")
        .annotate(
            shows_most=Exists(orders.order_by("pk")[CUSTOMER_ROWS:])
            & Exists(unpaid.filter(due_on__lt=today))
            & Exists(unpaid.filter(due_on__gte=today))
        )
        .order_by("-shows_most", "number")
    )


def _person(
    email: str, password: str, first_name: str, last_name: str = "", **rights: bool
) -> User:
    """The user with this address, made with a confirmed address when there is none yet."""
    user = User.objects.filter(email=User.objects.normalize_email(email)).first()
    if user is None:
        user = User.objects.create_user(
            email, password, first_name=first_name, last_name=last_name, **rights
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
