"""Two customers with everything an address can be about, and the people who come there."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission

from accounts.models import User
from accounts.sections import Section
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_member,
    a_superuser,
    an_address,
    an_admin,
)
from tests.builders.erp_bridge import a_connection, a_feed
from tests.builders.invoices import an_invoice, an_invoice_document
from tests.builders.orders import PDF, a_delivery, a_paper, an_order


@dataclass(frozen=True)
class World:
    people: dict[str, User | None]


def build():
    customer = a_customer("10001")
    an_address(customer, kind="invoice")
    order = an_order(customer, "10248")
    a_paper(order, pk=900001, content=PDF)
    delivery = a_delivery(order, "80248-1")
    a_paper(order, "delivery_note", delivery=delivery, content=PDF)
    invoice = an_invoice(customer, "300412")
    an_invoice_document(invoice, pk=900003, content=PDF)
    a_feed(a_connection(pk=900002, feeds=()), pk=900002)
    office = a_clerk()
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
