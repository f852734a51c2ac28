"""What the audit tells of orders and offers."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.audit_kinds import AuditKind
from orders.differences import Difference, in_words
from orders.states import ChangeKind

__all__ = ["KINDS"]


def _differences(kept: Sequence[Any]) -> str:
    told = in_words([Difference(*each) for each in kept])
    return ", ".join(f"{each.title}: {each.before} → {each.after}" for each in told)


_CHANGE = {
    "change": _("What"),
    "name": _("Asked by"),
    "reason": _("Reason"),
    "answer": _("Answer"),
    "differences": _("What is different"),
}
_CHANGE_WORDS = {
    "change": lambda kind: str(ChangeKind(kind).label),
    "differences": _differences,
}

KINDS = [
    AuditKind("offer_sent", _("Offer sent"), labels={"version": _("Version")}, for_customer=True),
    AuditKind(
        "offer_decided",
        _("Offer decided about"),
        labels={
            "version": _("Version"),
            "decision": _("Decision"),
            "name": _("Name"),
            "total": _("Total"),
        },
        for_customer=True,
    ),
    AuditKind(
        "order_placed",
        _("Ordered in the portal"),
        model="orders.OrderRequest",
        for_customer=True,
    ),
    AuditKind("order_confirmed", _("Order confirmed"), for_customer=True),
    AuditKind("order_link_kept", _("Order link changed"), model="orders.OrderLink"),
    AuditKind("order_link_revoked", _("Order link revoked"), model="orders.OrderLink"),
    AuditKind("order_type_kept", _("Order type changed"), model="orders.OrderType"),
    *(
        AuditKind(code, label, labels=_CHANGE, words=_CHANGE_WORDS, for_customer=True)
        for code, label in (
            ("order_change_asked", _("Change of an order asked for")),
            ("order_change_withdrawn", _("Change of an order withdrawn")),
            ("order_change_accepted", _("Change of an order accepted")),
            ("order_change_refused", _("Change of an order refused")),
            ("order_cancelled", _("Order cancelled")),
        )
    ),
    AuditKind("offer_texts_kept", _("Texts of offers changed"), model="orders.OfferText"),
    AuditKind("offer_ended", _("Offer ended"), for_customer=True),
    AuditKind("offer_called_back", _("Offer called back"), for_customer=True),
    AuditKind("request_handled", _("Request marked as handled")),
    AuditKind("request_unhandled", _("Request put back")),
    AuditKind("request_taken", _("Request taken")),
    AuditKind("request_released", _("Request given back")),
    AuditKind(
        "request_switched",
        _("Order and offer request switched"),
        model="orders.OrderRequest",
        for_customer=True,
    ),
    AuditKind(
        "orders_created",
        _("Orders made of an offer"),
        labels={"orders": _("Orders")},
        for_customer=True,
    ),
]
