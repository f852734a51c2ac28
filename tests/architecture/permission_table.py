"""docs/permissions.md: every address and action by every role, as the running code answers.

`make permissions` writes the file anew; `test_permission_table.py` opens every address of
`addresses.py` as every role and compares. Whoever changes what a role may do sees it in the diff.
"""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.db import transaction

from accounts import office_sections
from accounts.models import Customer
from accounts.sections import Section
from tests.architecture.addresses import ADDRESSES, Address
from tests.architecture.sources import ROOT
from tests.architecture.test_access import answer
from tests.builders.accounts import (
    a_clerk,
    a_family,
    a_member,
    a_role,
    a_superuser,
    an_admin,
)

FILE = ROOT / "docs" / "permissions.md"
YES, REFUSED, HIDDEN, ASKED = "yes", "no", "-", "asked"
SIGN_IN, PROOF, OFFICE = "sign in", "proof", "office"

HEAD = """# Who may do what

Every address of the portal and every action, by role, as the running code answers. Made by
`make permissions`; a test opens each address as each role and fails on any difference. Do not edit.

| mark | is |
|---|---|
| yes | opens, or is done |
| no | refused with 403, and whom to ask |
| - | is not there (404): so are the objects of other customers |
| sign in | leads to the sign-in |
| proof | asks for the password or another proof first, because the sign-in is not fresh |
| office | leads to the office, for staff without a customer |
| asked | asked back: the form was drawn for another customer, or person |
| 4xx, 5xx | that status, such as 410 for a link that has ended |

Actions are POST. Members are of customer 10001, whose objects the addresses name; a stranger is
account admin of another customer. Roles of the office hold one level in every section of the grid.
"""


def _customer():
    return Customer.objects.get(number="10001")


def _in_family(make):
    def person():
        Customer.objects.filter(number="10001").update(family=a_family())
        return make(_customer())

    return person


def _with_level(level):
    def clerk():
        found = a_clerk()
        a_role(None, found, **{section.code: level for section in office_sections.known()})
        return found

    return clerk


# Each role by its name in the table, with how its person is made in the world of `world.py`.
ROLES: dict[str, Callable] = {
    "nobody signed in": lambda: None,
    "account admin": lambda: an_admin(_customer()),
    "STAT account admin": _in_family(lambda customer: an_admin(customer, covers_family=True)),
    "STAT normal user": _in_family(
        lambda customer: a_member(customer, Section.ORDERS, Section.INVOICES)
    ),
    **{
        f"only: {section.label}": lambda section=section: a_member(_customer(), section)
        for section in Section
    },
    "member without sections": lambda: a_member(_customer()),
    "stranger": lambda: an_admin(a_stranger_customer()),
    "staff without a role": a_clerk,
    "staff, Display everywhere": _with_level("display"),
    "staff, Process everywhere": _with_level("process"),
    "superuser": a_superuser,
}


def a_stranger_customer():
    return Customer.objects.get(number="10002")


def answers(role: str) -> dict[str, str]:
    """What the role gets at each address, in a world that no request changes for the next."""
    person = ROLES[role]()
    return {str(address): _undone(address, person) for address in ADDRESSES}


def _undone(address: Address, person) -> str:
    # Not `atomic`: durable blocks refuse to stand inside one.
    before = transaction.savepoint()
    given = answer(address, person)
    transaction.savepoint_rollback(before)
    return mark(given, address)


def mark(given, address: Address) -> str:
    """The word of the table for a status, or for the path that a redirect leads to."""
    if isinstance(given, str):
        here = urlsplit(address.example).path
        if given == "/accounts/reauthenticate/" != here:
            return PROOF
        if given == "/accounts/login/" or here.startswith("/office/"):
            return SIGN_IN if given == "/accounts/login/" else YES
        return OFFICE if given == "/office/" else YES
    if given < HTTPStatus.BAD_REQUEST:
        return YES
    known = {
        HTTPStatus.FORBIDDEN: REFUSED,
        HTTPStatus.NOT_FOUND: HIDDEN,
        HTTPStatus.CONFLICT: ASKED,
    }
    return known.get(given, str(int(given)))


def written() -> dict[str, dict[str, str]]:
    """The table of the file: marks by role and address."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        role: {row[0].strip("`"): row[place] for row in rows}
        for place, role in enumerate(ROLES, start=1)
    }


def write(found: dict[str, dict[str, str]]) -> None:
    """Write the file from what each role got."""
    heads = "| address | " + " | ".join(ROLES) + " |\n|---|" + "---|" * len(ROLES) + "\n"
    rows = "".join(
        f"| `{address}` | " + " | ".join(found[role][str(address)] for role in ROLES) + " |\n"
        for address in ADDRESSES
    )
    FILE.write_text(f"{HEAD}\n{heads}{rows}", encoding="utf-8")
