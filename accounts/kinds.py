"""What this app writes to people about."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, text
from portal.lib.links import absolute

__all__ = ["SET_PASSWORD"]

SET_PASSWORD = register(
    MessageKind(
        app="accounts",
        code="set_password",
        label=_("Set your password"),
        placeholders={
            "link": link(_("The page where the password is set"), private=True),
            "valid_until": text(_("When the link ends")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(days=1),
        },
        reason=_("You get this because somebody asked for it with your address."),
    )
)
