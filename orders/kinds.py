"""What orders and offers give occasion to write about."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, rows, text
from portal.lib.links import absolute

__all__ = [
    "ASKED_HERE",
    "OFFER_CALLED_BACK",
    "OFFER_DECIDED",
    "OFFER_ENDED",
    "OFFER_ENDS",
    "OFFER_SENT",
    "ORDERS_MADE",
    "ORDER_CANCELLED",
    "ORDER_CHANGE_ACCEPTED",
    "ORDER_CHANGE_ASKED",
    "ORDER_CHANGE_REFUSED",
    "ORDER_CHANGE_WITHDRAWN",
    "ORDER_CONFIRMED",
    "PRIVATE",
    "REQUEST_RECEIVED",
    "REQUEST_SWITCHED",
]

PRIVATE = _(
    "The link is private: whoever has it sees this order. Pass it on only to people who may."
)
ASKED_HERE = _("You get this because this address was given with an order or offer request.")
_CONFIRMED_TO = _(
    "You get this because this address was given with an order or is kept as a recipient of order"
    " confirmations."
)
_PROPOSED = _(
    "You get this because you asked for a change of an order, or this address was given with it."
)

REQUEST_RECEIVED = register(
    MessageKind(
        app="orders",
        code="request_received",
        label=_("Order or offer request received"),
        placeholders={
            "number": text(_("The number of the order")),
            "what": text(_("Order or offer request")),
            "facts": rows(_("What was sent, in short")),
            "changes": text(_("Until when it may be changed, as a sentence")),
            "link": link(_("The page of the order"), private=True),
            "claim": link(
                _("Where a guest sets a password; empty for members"), private=True, required=False
            ),
        },
        sample=lambda: {
            "number": "W10001",
            "what": _("Order"),
            "facts": [(_("From"), "Berlin"), (_("To"), "Graz")],
            "changes": str(timezone.now() + timedelta(days=3)),
            "link": absolute("/p/sample/"),
            "claim": absolute("/p/sample-2/"),
        },
        reason=ASKED_HERE,
    )
)

REQUEST_SWITCHED = register(
    MessageKind(
        app="orders",
        code="request_switched",
        label=_("Order made an offer request, or the other way round"),
        placeholders={
            "number": text(_("The number of the order")),
            "what": text(_("Order or offer request")),
            "link": link(_("The page of the order"), private=True),
        },
        sample=lambda: {
            "number": "W10001",
            "what": _("Offer request"),
            "link": absolute("/p/sample/"),
        },
        reason=ASKED_HERE,
    )
)


def _offer(code: str, label: Any, *, has_lines: bool = True) -> MessageKind:
    lines = {"lines": rows(_("Its lines, numbered, with their amounts"))} if has_lines else {}

    def sample() -> dict[str, Any]:
        written = [
            (_("Line %(number)s") % {"number": 1}, _("Weekly run: 4,480.00 EUR")),
            (_("Line %(number)s") % {"number": 2}, _("Insurance (optional): 384.00 EUR")),
        ]
        return {
            "number": "W10001",
            "version": 2,
            "total": "5,774.40 EUR",
            "valid_until": timezone.now().date() + timedelta(days=14),
            "link": absolute("/p/sample/"),
            **dict.fromkeys(lines, written),
        }

    return register(
        MessageKind(
            app="orders",
            code=code,
            label=label,
            placeholders={
                "number": text(_("The number of the offer")),
                "version": text(_("Its version")),
                "total": text(_("The total with VAT")),
                **lines,
                "valid_until": text(_("The last day")),
                "link": link(_("The page where it is read and approved"), private=True),
            },
            sample=sample,
            reason=ASKED_HERE,
        )
    )


OFFER_SENT = _offer("offer_sent", _("Offer sent"))
OFFER_ENDS = _offer("offer_ends", _("Reminder of an offer"))
OFFER_ENDED = _offer("offer_ended", _("Offer ended"), has_lines=False)
OFFER_CALLED_BACK = register(
    MessageKind(
        app="orders",
        code="offer_called_back",
        label=_("Offer called back"),
        placeholders={
            "number": text(_("The number of the offer")),
            "version": text(_("Its version")),
        },
        sample=lambda: {"number": "W10001", "version": 2},
        reason=ASKED_HERE,
    )
)
OFFER_DECIDED = register(
    MessageKind(
        app="orders",
        code="offer_decided",
        label=_("Offer decided about"),
        placeholders={
            "number": text(_("The number of the offer")),
            "version": text(_("Its version")),
            "decision": text(_("What was decided")),
            "total": text(_("The total with VAT and the options that were chosen")),
            "options": rows(_("The options that were chosen, numbered")),
            "who": text(_("Who decided")),
            "comment": text(_("What they wrote")),
        },
        sample=lambda: {
            "number": "W10001",
            "version": 2,
            "decision": _("Approved"),
            "total": "6,235.20 EUR",
            "options": [
                (_("Line %(number)s") % {"number": 2}, _("Insurance (optional): 384.00 EUR"))
            ],
            "who": "Maria Anders",
            "comment": "",
        },
        reason=ASKED_HERE,
    )
)

ORDERS_MADE = register(
    MessageKind(
        app="orders",
        code="orders_made",
        label=_("Orders made of an offer"),
        placeholders={
            "number": text(_("The number of the offer")),
            "orders": rows(_("The orders, each with its way")),
            "link": link(_("The page of the first order"), private=True),
        },
        sample=lambda: {
            "number": "W10001",
            "orders": [("W10001", "Berlin → Graz"), ("W10001-2", "Berlin → Wien")],
            "link": absolute("/p/sample/"),
        },
        reason=ASKED_HERE,
    )
)
ORDER_CONFIRMED = register(
    MessageKind(
        app="orders",
        code="order_confirmed",
        label=_("Order confirmed"),
        placeholders={
            "number": text(_("The number of the order")),
            "facts": rows(_("Where it goes, in short")),
            "changed": text(_("That something is different from the version sent before")),
            "changes": rows(_("What is different, each with before and now")),
            "link": link(_("The page of the order"), private=True),
            "private": text(_("That the link is private, where it is")),
        },
        sample=lambda: {
            "number": "W10001",
            "facts": [(_("From"), "Berlin"), (_("To"), "Graz")],
            "changed": _("This is different from version %(version)s, before and after the arrow:")
            % {"version": 1},
            "changes": [(_("Stop %(number)s") % {"number": 2}, "08:00 → 10:00")],
            "link": absolute("/p/sample/"),
            "private": PRIVATE,
        },
        reason=_CONFIRMED_TO,
    )
)


def _asked(code: str, label: Any) -> MessageKind:
    return register(
        MessageKind(
            app="orders",
            code=code,
            label=label,
            placeholders={
                "number": text(_("The number of the order")),
                "what": text(_("Change or cancellation")),
                "changes": rows(_("What is different, each with before and now")),
                "why": text(_("What was written with it")),
                "link": link(_("The page of the order"), private=True),
                "private": text(_("That the link is private, where it is")),
            },
            sample=lambda: {
                "number": "W10001",
                "what": _("Cancellation"),
                "changes": [(_("Stop %(number)s") % {"number": 2}, "08:00 → 10:00")],
                "why": "",
                "link": absolute("/p/sample/"),
                "private": PRIVATE,
            },
            reason=_PROPOSED,
        )
    )


ORDER_CHANGE_ASKED = _asked("order_change_asked", _("Change of an order asked for"))
ORDER_CHANGE_WITHDRAWN = _asked("order_change_withdrawn", _("Change of an order withdrawn"))
ORDER_CHANGE_ACCEPTED = register(
    MessageKind(
        app="orders",
        code="order_change_accepted",
        label=_("Change of an order accepted"),
        placeholders={
            "number": text(_("The number of the order")),
            "changes": rows(_("What is different, each with before and now")),
            "answer": text(_("What the office wrote")),
            "paper": text(_("Which order confirmation goes along, as a sentence")),
            "link": link(_("The page of the order"), private=True),
            "private": text(_("That the link is private, where it is")),
        },
        sample=lambda: {
            "number": "W10001",
            "changes": [(_("Stop %(number)s") % {"number": 2}, "08:00 → 10:00")],
            "answer": "",
            "paper": _(
                "Version %(version)s of the order confirmation goes along with this mail. It"
                " replaces version %(before)s."
            )
            % {"version": 2, "before": 1},
            "link": absolute("/p/sample/"),
            "private": PRIVATE,
        },
        reason=_PROPOSED,
    )
)
ORDER_CHANGE_REFUSED = register(
    MessageKind(
        app="orders",
        code="order_change_refused",
        label=_("Change of an order refused"),
        placeholders={
            "number": text(_("The number of the order")),
            "what": text(_("Change or cancellation")),
            "answer": text(_("What the office wrote")),
            "link": link(_("The page of the order"), private=True),
            "private": text(_("That the link is private, where it is")),
        },
        sample=lambda: {
            "number": "W10001",
            "what": _("Cancellation"),
            "answer": _("The lorry has left already."),
            "link": absolute("/p/sample/"),
            "private": PRIVATE,
        },
        reason=_PROPOSED,
    )
)
ORDER_CANCELLED = register(
    MessageKind(
        app="orders",
        code="order_cancelled",
        label=_("Order cancelled"),
        placeholders={
            "number": text(_("The number of the order")),
            "answer": text(_("What the office wrote")),
            "link": link(_("The page of the order"), private=True),
            "private": text(_("That the link is private, where it is")),
        },
        sample=lambda: {
            "number": "W10001",
            "answer": "",
            "link": absolute("/p/sample/"),
            "private": PRIVATE,
        },
        reason=_PROPOSED,
    )
)
