"""What this app writes to people about."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, text
from accounts.sections import Section, rights_in_words
from portal.lib.links import absolute

__all__ = [
    "INVITATION",
    "PROVIDER_SIGN_IN",
    "RIGHTS_CHANGED",
    "RIGHTS_WITHDRAWN",
    "SET_PASSWORD",
    "SIGN_IN_LINK",
    "MessageKind",
]

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

INVITATION = register(
    MessageKind(
        app="accounts",
        code="invitation",
        label=_("Invitation to become a member"),
        placeholders={
            "inviter": text(_("Who invites")),
            "customer": text(_("The customer's number and name")),
            "rights": text(_("What the person may do")),
            "link": link(_("The page where the invitation is accepted"), private=True),
            "valid_until": text(_("When the link ends")),
        },
        sample=lambda: {
            "inviter": "Maria Anders",
            "customer": "10001 Alfreds Futterkiste",
            "rights": _a_members_rights,
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(days=14),
        },
        reason=_("You get this because somebody gave us your address to invite you."),
    )
)

RIGHTS_CHANGED = register(
    MessageKind(
        app="accounts",
        code="rights_changed",
        label=_("Your rights were changed"),
        placeholders={
            "customer": text(_("The customer's number and name")),
            "rights": text(_("What the person may do")),
            "link": link(_("The portal's first page")),
        },
        sample=lambda: {
            "customer": "10001 Alfreds Futterkiste",
            "rights": _a_members_rights,
            "link": absolute("/"),
        },
        is_optional=True,
    )
)

RIGHTS_WITHDRAWN = register(
    MessageKind(
        app="accounts",
        code="rights_withdrawn",
        label=_("Your rights were withdrawn"),
        placeholders={"customer": text(_("The customer's number and name"))},
        sample=lambda: {"customer": "10001 Alfreds Futterkiste"},
        is_optional=True,
    )
)


def _a_members_rights() -> str:
    return rights_in_words([Section.ORDERS, Section.INVOICES], is_admin=False)
