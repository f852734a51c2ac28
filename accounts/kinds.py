"""What this app writes to people about."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, text
from portal.lib.links import absolute

__all__ = ["PROVIDER_SIGN_IN", "SET_PASSWORD", "SIGN_IN_LINK", "MessageKind"]

ASKED_WITH_ADDRESS = _("You get this because somebody asked for it with your address.")

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
        reason=ASKED_WITH_ADDRESS,
    )
)

SIGN_IN_LINK = register(
    MessageKind(
        app="accounts",
        code="sign_in_link",
        label=_("Sign in without the password"),
        placeholders={
            "link": link(_("The page that signs in"), private=True),
            "valid_until": text(_("When the link ends")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(minutes=15),
        },
        reason=_("You get this because a wrong password was typed with your address."),
    )
)

PROVIDER_SIGN_IN = register(
    MessageKind(
        app="accounts",
        code="provider_sign_in",
        label=_("A new password asked for by your own staff"),
        placeholders={"link": link(_("The sign-in page"))},
        sample=lambda: {"link": absolute("/accounts/login/")},
        reason=ASKED_WITH_ADDRESS,
    )
)
