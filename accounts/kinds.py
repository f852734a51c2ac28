"""What this app writes to people about."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.messaging import MessageKind, link, register, rows, text
from accounts.sections import Section, rights_in_words
from accounts.states import Refusal
from portal.lib.links import absolute

__all__ = [
    "CLAIM_LINK",
    "CONFIRM_EMAIL",
    "CREDENTIALS_CHANGED",
    "DOCUMENTS_NOT_SENT",
    "DOCUMENTS_SENT",
    "EMAIL_CHANGED",
    "EMAIL_IN_USE",
    "INVITATION",
    "MEMBER_REGISTERED",
    "PROVIDER_SIGN_IN",
    "REGISTRATION_ACCOUNT_EXISTS",
    "REGISTRATION_GAVE_UP",
    "REGISTRATION_LINK",
    "REGISTRATION_REFUSED",
    "RIGHTS_CHANGED",
    "RIGHTS_WITHDRAWN",
    "SECURE_MAIL_WAITS",
    "SET_PASSWORD",
    "SIGN_IN_LINK",
    "SMS_TEST",
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

SOMEBODY_REGISTERED = _("You get this because somebody registered with your address.")
REGISTER_AGAIN = _("The page where one registers")

REGISTRATION_LINK = register(
    MessageKind(
        app="accounts",
        code="registration_link",
        label=_("Registration: link to set the password"),
        placeholders={
            "link": link(_("The page where the password is set"), private=True),
            "valid_until": text(_("When the link ends")),
            "customer": text(_("Number and name of the customer")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(days=1),
            "customer": "10001 Alfreds Futterkiste",
        },
        reason=SOMEBODY_REGISTERED,
    )
)
CLAIM_LINK = register(
    MessageKind(
        app="accounts",
        code="claim_link",
        label=_("Orders of a guest: link to set the password"),
        placeholders={
            "link": link(_("The page where the orders are brought along"), private=True),
            "valid_until": text(_("When the link ends")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(days=30),
        },
        reason=ASKED_WITH_ADDRESS,
    )
)
REGISTRATION_REFUSED = register(
    MessageKind(
        app="accounts",
        code="registration_refused",
        label=_("Registration: details not right"),
        placeholders={
            "reason": text(_("What was not right")),
            "link": link(REGISTER_AGAIN),
        },
        sample=lambda: {
            "reason": Refusal.OTHER_DOCUMENT.label,
            "link": absolute("/accounts/register/"),
        },
        reason=SOMEBODY_REGISTERED,
    )
)
REGISTRATION_ACCOUNT_EXISTS = register(
    MessageKind(
        app="accounts",
        code="registration_account_exists",
        label=_("Registration: there is an account already"),
        placeholders={"link": link(_("The page where one asks for a new password"))},
        sample=lambda: {"link": absolute("/accounts/password/reset/")},
        reason=SOMEBODY_REGISTERED,
    )
)
REGISTRATION_GAVE_UP = register(
    MessageKind(
        app="accounts",
        code="registration_gave_up",
        label=_("Registration: could not be checked"),
        placeholders={"link": link(REGISTER_AGAIN)},
        sample=lambda: {"link": absolute("/accounts/register/")},
        reason=SOMEBODY_REGISTERED,
    )
)
MEMBER_REGISTERED = register(
    MessageKind(
        app="accounts",
        code="member_registered",
        label=_("Somebody registered for your company"),
        placeholders={
            "person": text(_("Who registered")),
            "email": text(_("The person's e-mail address")),
            "customer": text(_("Number and name of the customer")),
            "link": link(_("The page about colleagues")),
        },
        sample=lambda: {
            "person": "Sam Otter",
            "email": "sam@customer.example",
            "customer": "10001 Alfreds Futterkiste",
            "link": absolute("/colleagues/"),
        },
        is_optional=True,
        section=Section.MANAGE_USERS,
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

DOCUMENTS_SENT = register(
    MessageKind(
        app="accounts",
        code="documents_sent",
        label=_("Documents by e-mail"),
        placeholders={
            "what": text(_("The document, or how many there are")),
            "sender": text(_("Who sends them")),
            "customer": text(_("The customer's number and name")),
            "documents": rows(_("Each document, and whether it is attached")),
            "part": text(_("Which of several mails this is, as a sentence")),
            "link": link(_("The documents in the portal")),
        },
        sample=lambda: {
            "what": "Order confirmation 10952",
            "sender": "Maria Anders",
            "customer": "10001 Alfreds Futterkiste",
            "documents": [("Order confirmation 10952.pdf", _("attached"))],
            "part": _("This is mail %(place)s of %(count)s.") % {"place": 1, "count": 2},
            "link": absolute("/orders/10952/"),
        },
        reason=_("You get this because somebody had documents sent to your address."),
    )
)

DOCUMENTS_NOT_SENT = register(
    MessageKind(
        app="accounts",
        code="documents_not_sent",
        label=_("Documents could not be sent"),
        placeholders={
            "customer": text(_("The customer's number and name")),
            "documents": rows(_("Each document, and what became of it")),
        },
        sample=lambda: {
            "customer": "10001 Alfreds Futterkiste",
            "documents": [("Order confirmation 10952", _("could not be had"))],
        },
    )
)


def _a_members_rights() -> str:
    return rights_in_words([Section.ORDERS, Section.INVOICES], is_admin=False)


SECURE_MAIL_WAITS = register(
    MessageKind(
        app="accounts",
        code="secure_mail_waits",
        label=_("A secure mail waits"),
        channels=("email", "sms"),
        placeholders={
            "link": link(_("The page where it is picked up"), private=True),
            "subject": text(_("What the mail is about")),
            "kept_until": text(_("Until when it waits")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "subject": _("Invoice 300412"),
            "kept_until": timezone.now() + timedelta(days=30),
        },
    )
)

SMS_TEST = register(
    MessageKind(
        app="accounts",
        code="sms_test",
        label=_("Test of text messages"),
        channels=("sms",),
        placeholders={},
        sample=dict,
        for_office=True,
    )
)

CREDENTIALS_CHANGED = register(
    MessageKind(
        app="accounts",
        code="credentials_changed",
        label=_("A change of how somebody signs in"),
        placeholders={
            "what": text(_("What was changed")),
            "at": text(_("When it was changed")),
            "address": text(_("The network address it came from")),
            "link": link(_("The page about signing in")),
        },
        sample=lambda: {
            "what": _("An authenticator app was set up as second step."),
            "at": timezone.now(),
            "address": "192.0.2.17",
            "link": absolute("/accounts/2fa/"),
        },
        reason=_("You get this whenever something changes about how you sign in."),
    )
)

CONFIRM_EMAIL = register(
    MessageKind(
        app="accounts",
        code="confirm_email",
        label=_("Confirm your new address"),
        placeholders={
            "link": link(_("The page where the address is confirmed"), private=True),
            "valid_until": text(_("When the link ends")),
        },
        sample=lambda: {
            "link": absolute("/p/sample/"),
            "valid_until": timezone.now() + timedelta(days=1),
        },
        reason=_("You get this because somebody wants to sign in with your address."),
    )
)

EMAIL_IN_USE = register(
    MessageKind(
        app="accounts",
        code="email_in_use",
        label=_("Your address was asked for by somebody else"),
        placeholders={},
        sample=dict,
        reason=_("You get this because somebody wants to sign in with your address."),
    )
)

EMAIL_CHANGED = register(
    MessageKind(
        app="accounts",
        code="email_changed",
        label=_("The address that somebody signs in with has changed"),
        placeholders={
            "new_email": text(_("The new address")),
            "at": text(_("When it was changed")),
            "address": text(_("The network address it came from")),
        },
        sample=lambda: {
            "new_email": "maria@new.example",
            "at": timezone.now(),
            "address": "192.0.2.17",
        },
        reason=_("You get this whenever something changes about how you sign in."),
    )
)
