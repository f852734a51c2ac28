"""What orders and offers give occasion to write about."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, rows, text
from portal.lib.links import absolute

__all__ = ["ASKED_HERE", "REQUEST_RECEIVED"]

ASKED_HERE = _("You get this because this address was given with an order or offer request.")

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
        },
        sample=lambda: {
            "number": "W10001",
            "what": _("Order"),
            "facts": [(_("From"), "Berlin"), (_("To"), "Graz")],
            "changes": str(timezone.now() + timedelta(days=3)),
            "link": absolute("/p/sample/"),
        },
        reason=ASKED_HERE,
    )
)
