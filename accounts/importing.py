"""What can be imported about people: each kind names its columns and the service that knows it.

A kind's service is a module with three functions. `check(drafts)` reads a batch of rows: it says
what is wrong with each, or what it will do. `check_whole(run)` finds what shows only when all rows
are there. `apply(rows, *, by, now)` does what rows of one customer say, or one row of no customer,
in the transaction of its caller, and raises RowRefused where one cannot be done any more.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.sections import FILE_NAMES
from portal.lib import email_addresses
from portal.lib.errors import DomainError

__all__ = [
    "ACTION",
    "EMAIL",
    "FIRST_NAME",
    "LAST_NAME",
    "MEMBERS",
    "STAFF",
    "Column",
    "Draft",
    "ImportKind",
    "RowRefused",
    "every_kind",
    "kind_of",
    "reason_of",
    "register",
    "row_error",
    "understood_heads",
]

LONGEST_VALUE = 100
LONGEST_NAME = 150
# The columns that every kind has.
EMAIL, FIRST_NAME, LAST_NAME, ACTION = "Email", "First Name", "Last Name", "Action"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its head, and what stands in it."""

    head: str
    hint: Any
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """One kind of file. `sample` are rows to begin with, as cells in the order of the columns."""

    code: str
    label: Any
    hint: Any
    permission: str
    columns: tuple[Column, ...]
    sample: tuple[tuple[str, ...], ...]
    service: str

    @property
    def heads(self) -> list[str]:
        return [column.head for column in self.columns]

    def work(self) -> Any:
        return import_module(self.service)


@dataclass(kw_only=True)
class Draft:
    """A row that is being checked."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    customer_id: int | None = None
    subject: str = ""
    rank: int = 0
    plan: str = ""

    def wrong(self, column: str, code: str, **params: Any) -> None:
        self.errors.append(row_error(column, self.cells.get(column, ""), code, **params))

    def read_person(self) -> None:
        """What every kind asks: whom the row is about, and whether it sets or deletes."""
        for column, text in self.cells.items():
            if not _is_printable(text):
                self.wrong(column, "unprintable")
        if not self.cells[EMAIL]:
            self.wrong(EMAIL, "missing")
        else:
            try:
                self.subject = email_addresses.normalise(self.cells[EMAIL])
            except email_addresses.NotAnAddress:
                self.wrong(EMAIL, "not_an_address")
        for column, name in ((FIRST_NAME, "first_name"), (LAST_NAME, "last_name")):
            self.values[name] = self.cells[column]
            if len(self.cells[column]) > LONGEST_NAME:
                self.wrong(column, "too_long", most=LONGEST_NAME)
        action = self.cells[ACTION].casefold()
        if action not in {"", "set", "delete"}:
            self.wrong(ACTION, "unknown_action")
        self.values["deletes"] = action == "delete"

    def listed(self, column: str) -> list[str]:
        """The names that the cell lists, parted by commas, semicolons or bars."""
        parts = re.split("[,;|]", self.cells[column])
        return [name for part in parts if (name := " ".join(part.split()))]


class RowRefused(DomainError):
    """A row that was right when it was checked cannot be done."""

    def __init__(self, row_id: int, column: str, words: Any):
        super().__init__(f"row {row_id}: {words}")
        self.row_id = row_id
        self.column = column
        self.user_message = words


def row_error(column: str, value: str, code: str, **params: Any) -> dict[str, Any]:
    """What is wrong in one cell, as rows keep it: the words are found when somebody reads it."""
    return {"column": column, "value": value[:LONGEST_VALUE], "code": code, "params": params}


# Why a cell is wrong, and what would be allowed.
_REASONS: dict[str, tuple[Any, Any]] = {
    "missing": (_("A value is missing."), ""),
    "surplus": (_("The row has more cells than there are columns."), ""),
    "unprintable": (_("It contains characters that cannot be printed."), ""),
    "too_long": (_("It is too long."), _("at most %(most)s characters")),
    "yes_or_no": (_("This is neither Yes nor No."), "Yes, No"),
    "not_an_address": (_("That is not an e-mail address."), "maria@example.com"),
    "internal_address": (_("The office's own people are no members of customers."), ""),
    "external_address": (_("It is of none of the office's own domains."), "%(allowed)s"),
    "same_row": (_("Row %(number)s is about the same already."), ""),
    "unknown_customer": (_("There is no customer with this number."), ""),
    "several_customers": (_("Several customers have this number."), "%(allowed)s"),
    "closed_customer": (_("The customer is blocked, removed or restricted."), ""),
    "unknown_section": (_("“%(name)s” is no right."), "%(allowed)s"),
    "paying_differs": (_("It does not fit the rights that are listed."), "%(allowed)s"),
    "no_family": (_("The customer has no statistics id."), "No"),
    "no_rights": (_("A new person needs at least one right."), "%(allowed)s"),
    "unknown_role": (_("“%(name)s” is no role."), "%(allowed)s"),
    "unknown_language": (_("The portal does not speak this language."), "%(allowed)s"),
    "superuser": (_("Superusers are not changed by a file."), ""),
    "unknown_action": (_("There is no such action."), "Set, Delete"),
    "closed_access": (_("The access of this person is closed. Open it first."), ""),
    "last_admin": (
        _("%(customer)s would be left without an account admin."),
        _("another account admin in the same file"),
    ),
    "too_many_waiting": (
        _("The customer would have more than %(most)s invitations without an answer."),
        "",
    ),
    "refused": ("%(words)s", ""),
}


def reason_of(error: dict[str, Any]) -> tuple[str, str]:
    """Why the cell is wrong, and what is allowed, in the current language."""
    reason, allowed = _REASONS[error["code"]]
    return str(reason) % error["params"], str(allowed) % error["params"]


_kinds: dict[str, ImportKind] = {}


def register(kinds: Iterable[ImportKind]) -> None:
    """Make kinds known; a code names one kind only."""
    for kind in kinds:
        if _kinds.setdefault(kind.code, kind) != kind:
            raise ValueError(f"two kinds of imports are called {kind.code}")


def kind_of(code: str) -> ImportKind:
    return _kinds[code]


def every_kind() -> list[ImportKind]:
    return list(_kinds.values())


def understood_heads(heads: Iterable[str], kind: ImportKind) -> dict[str, str]:
    """The columns of the kind by the heads of a file, whose case and spaces do not matter."""
    known = {_plain(column.head): column.head for column in kind.columns}
    return {head: known[_plain(head)] for head in heads if _plain(head) in known}


def _is_printable(text: str) -> bool:
    return all(letter.isprintable() and letter != "\N{REPLACEMENT CHARACTER}" for letter in text)


def _plain(head: str) -> str:
    return "".join(letter for letter in head.casefold() if letter.isalnum())


MEMBERS = ImportKind(
    code="members",
    label=_("Rights of customers' people"),
    hint=_("Who may do what for which customer. People without a user are invited by e-mail."),
    permission="accounts.change_membership",
    service="accounts.services.importing_members",
    columns=(
        Column(
            "Customer Number",
            _("The customer's number, with the source before it where two have the same: erp/1."),
            is_required=True,
        ),
        Column("Email", _("Whose rights these are."), is_required=True),
        Column("First Name", _("Needed for people who are invited.")),
        Column("Last Name", _("Needed for people who are invited.")),
        Column("Account Admin", _("Yes or No; empty is No. Account admins hold every right.")),
        Column(
            "Allowed Sections",
            format_lazy(
                _("The rights, parted by commas: {names}."), names=", ".join(FILE_NAMES.values())
            ),
        ),
        Column(
            "Make Payment",
            _("Yes or No, as in the download of sub-accounts; it has to fit the rights."),
        ),
        Column("Whole Family", _("Yes: at every customer with the same statistics id.")),
        Column(
            "Action",
            _("Set (or empty): the person has exactly these rights. Delete: it has none."),
        ),
    ),
    sample=(
        (
            "10001",
            "maria@customer.example",
            "Maria",
            "Anders",
            "Yes",
            "",
            "",
            "No",
            "Set",
        ),
        (
            "10001",
            "jo@customer.example",
            "Jo",
            "Park",
            "No",
            "View Order History, View Invoice History, View Pay Invoices",
            "Yes",
            "No",
            "Set",
        ),
        ("10002", "sam@customer.example", "", "", "", "", "", "", "Delete"),
    ),
)

STAFF = ImportKind(
    code="staff",
    label=_("The office's own people"),
    hint=_(
        "Who works in the office and with which roles. Only addresses of the office's own domains;"
        " nothing is sent to anybody."
    ),
    permission="accounts.change_role",
    service="accounts.services.importing_staff",
    columns=(
        Column("Email", _("An address of one of the office's own domains."), is_required=True),
        Column("First Name", _("Empty leaves the name as it is.")),
        Column("Last Name", _("Empty leaves the name as it is.")),
        Column("Language", _("en, fi, sv or de; empty leaves it as it is.")),
        Column(
            "Roles",
            _(
                "The roles that the office gives, parted by commas; others that it gave are taken"
                " away. What the identity provider gives stays."
            ),
        ),
        Column(
            "Action",
            _("Set (or empty): the person is of the office. Delete: the access is closed."),
        ),
    ),
    sample=(
        ("laura@seller.example", "Laura", "Callahan", "en", "Planning, Invoicing", "Set"),
        ("nancy@seller.example", "", "", "", "", "Delete"),
    ),
)
