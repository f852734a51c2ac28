"""What a member may do for a customer: the sections that an account admin grants one by one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["PAYING", "Section"]


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
