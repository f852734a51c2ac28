"""What the office's people may do, in sections that the role grid opens one by one.

A section maps its two levels to permissions: who may look holds those of `display`, who may act
those of both. Each app declares its sections and registers them when Django starts. Pages ask for
permissions alone, never for a section.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.sections import Section

__all__ = ["SECTIONS", "Level", "OfficeSection", "UnknownSection", "known", "of_code", "register"]


class UnknownSection(LookupError):
    """A code that no app has declared."""


class Level(models.TextChoices):
    """How far a role reaches into a section; a role without a level there has no access."""

    DISPLAY = "display", _("Display")
    PROCESS = "process", _("Process")


@dataclass(frozen=True)
class OfficeSection:
    """One line of the grid.

    `opens_on_display` and `opens_on_process` are what a staff member with that level may do on a
    customer's pages, where the role lets that person look at them as the customer.
    """

    code: str
    label: Any
    display: tuple[str, ...]
    process: tuple[str, ...] = ()
    hint: Any = ""
    opens_on_display: tuple[Section, ...] = ()
    opens_on_process: tuple[Section, ...] = ()

    def permissions(self, level: str) -> tuple[str, ...]:
        return self.display + self.process if level == Level.PROCESS else self.display


_known: dict[str, OfficeSection] = {}


def register(sections: Iterable[OfficeSection]) -> None:
    """Make an app's sections known; the same ones again change nothing.

    Apps start from the top down, so each puts its own before those that are there: people find the
    register first and the ERP last.
    """
    new = {section.code: section for section in sections if section.code not in _known}
    present = dict(_known)
    _known.clear()
    _known.update(new | present)


def of_code(code: str) -> OfficeSection:
    try:
        return _known[code]
    except KeyError:
        raise UnknownSection(code) from None


def known() -> list[OfficeSection]:
    """Every section, in the order of the grid."""
    return list(_known.values())


ROLES = "roles"

SECTIONS = [
    OfficeSection(
        "customers",
        _("Customers"),
        display=("accounts.view_customer", "accounts.view_address", "accounts.view_family"),
        process=("accounts.change_customer",),
    ),
    OfficeSection(
        "as_customer",
        _("Customers' pages as the customer"),
        display=("accounts.look_as_customer",),
        process=("accounts.act_as_customer",),
        hint=_("As far as the other sections reach: orders, invoices, users."),
    ),
    OfficeSection(
        "users",
        _("Users"),
        display=("accounts.view_user", "accounts.view_membership"),
        process=("accounts.change_user", "accounts.change_membership"),
        opens_on_process=(Section.MANAGE_USERS,),
    ),
    OfficeSection(
        "messages",
        _("Messages"),
        display=("accounts.view_outgoingmessage",),
        process=("accounts.change_outgoingmessage",),
    ),
    OfficeSection(
        "settings",
        _("Settings"),
        display=(
            "accounts.view_accountsettings",
            "accounts.view_company",
            "accounts.view_messagewording",
        ),
        process=(
            "accounts.change_accountsettings",
            "accounts.change_company",
            "accounts.change_messagewording",
        ),
    ),
    OfficeSection(
        ROLES,
        _("Roles"),
        display=("accounts.view_role",),
        process=("accounts.change_role",),
        hint=_("Whoever processes this can give every right to anybody."),
    ),
    OfficeSection("audit", _("Audit"), display=("accounts.view_auditentry",)),
]
