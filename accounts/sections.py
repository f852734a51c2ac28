"""What a member may do for a customer: the sections that an account admin grants one by one."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

__all__ = ["FILE_NAMES", "PAYING", "Section", "rights_in_words", "section_labels"]


class Section(models.TextChoices):
    ORDERS = "orders", _("See orders")
    INVOICES = "invoices", _("See invoices")
    PAY_INVOICES = "pay_invoices", _("Pay invoices")
    PAY_ON_ACCOUNT = "pay_on_account", _("Pay on account")
    PLACE_ORDERS = "place_orders", _("Place orders")
    APPROVE_OFFERS = "approve_offers", _("Approve offers")
    MANAGE_USERS = "manage_users", _("Manage users")


# The right to pay: whoever holds one of these may make a payment.
PAYING = (Section.PAY_INVOICES, Section.PAY_ON_ACCOUNT)
# How files name them: fixed English, whatever the reader's language, because programs read it too.
FILE_NAMES = {
    Section.ORDERS: "View Order History",
    Section.INVOICES: "View Invoice History",
    Section.PAY_INVOICES: "View Pay Invoices",
    Section.PAY_ON_ACCOUNT: "Pay on Account",
    Section.PLACE_ORDERS: "Place Orders",
    Section.APPROVE_OFFERS: "Approve Offers",
    Section.MANAGE_USERS: "Manage Users",
}


def section_labels(sections: Iterable[str]) -> list[str]:
    """The names of the sections, in the order they are always listed."""
    wanted = set(sections)
    return [str(section.label) for section in Section if section in wanted]


def rights_in_words(sections: Iterable[str], *, is_admin: bool) -> str:
    """What somebody may do, in a line; empty for nothing."""
    if is_admin:
        return gettext("Account admin: everything")
    return ", ".join(section_labels(sections))
