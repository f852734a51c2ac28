"""Customers that are born in the portal, with their first order."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from accounts.models import Address, Customer
from accounts.models.address import AddressKind
from accounts.models.user import UserManager
from accounts.services import audit, company, duplicates

__all__ = ["Newcomer", "take_in"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """What a company that orders for the first time says about itself."""

    name: str
    contact: str
    email: str
    phone: str = ""
    business_id: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    language: str = ""


@transaction.atomic
def take_in(*, newcomer: Newcomer, now: datetime) -> Customer:
    """A new customer under a number of our own, with its invoice address.

    Nothing is compared with customers that are there: what somebody types proves nothing. The
    office is shown possible duplicates, and whoever proves the address brings the order along.
    """
    # As the addresses of people are kept, because its owner is found by it later.
    email = UserManager.normalize_email(newcomer.email)
    customer = Customer.objects.create(
        number=_next_number(),
        name=newcomer.name or newcomer.contact,
        business_id=newcomer.business_id,
        contact=newcomer.contact,
        email=email,
        phone=newcomer.phone,
        country=newcomer.country,
        language=newcomer.language,
        currency=company.current().currency,
    )
    Address.objects.create(
        customer=customer,
        kind=AddressKind.INVOICE,
        name=customer.name,
        street=newcomer.street,
        postal_code=newcomer.postal_code,
        city=newcomer.city,
        country=newcomer.country,
        contact=newcomer.contact,
        phone=newcomer.phone,
        email=email,
    )
    audit.record(
        kind="customer_born",
        subject=str(customer),
        customer_id=customer.pk,
        after={"name": customer.name, "number": customer.number},
        now=now,
    )
    duplicates.ask(customer_id=customer.pk, now=now)
    return customer


def _next_number() -> str:
    """A number of our own series, never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounts_own_number')")
        return f"P{cursor.fetchone()[0]}"
