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


@dataclass(frozen=True)
class World:
    people: dict[str, User | None]


def build():
    customer = a_customer("10001")
    an_address(customer, kind="invoice")
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
