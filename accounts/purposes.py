"""What private links are for: each purpose names the page that its links open.

The apps register theirs in `AppConfig.ready`. A page is a view `page(request, *, token, link)`,
named by its dotted path, because views stand above whoever issues links. It shows by GET, and acts
by POST only: mail scanners open every link.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

__all__ = [
    "CLAIM",
    "INVITATION",
    "NEW_EMAIL",
    "PURPOSES",
    "REGISTRATION",
    "SECURE_MAIL",
    "SET_PASSWORD",
    "SIGN_IN",
    "Purpose",
    "purpose_of",
    "register",
]

TO_SIGN_IN = _("Sign in")


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """One kind of private link.

    Whoever opens a link that has ended reads `ended` (what to do now) and gets the button
    `way_on`, which leads to the route `way_on_route`. Where there is an `again_route`, a new link
    can be asked for by posting the old token to it.
    """

    code: str
    page: str
    ended: Any
    way_on: Any = TO_SIGN_IN
    way_on_route: str = "account_login"
    again_route: str = ""

    def view(self) -> Callable[..., HttpResponse]:
        return import_string(self.page)


_known: dict[str, Purpose] = {}


def register(purposes: Iterable[Purpose]) -> None:
    """Make purposes known; a code names one purpose only."""
    for purpose in purposes:
        if _known.setdefault(purpose.code, purpose) != purpose:
            raise ValueError(f"two purposes are called {purpose.code}")


def purpose_of(code: str) -> Purpose:
    """The purpose of this code; KeyError when no app has registered one."""
    return _known[code]


SET_PASSWORD = "set_password"  # noqa: S105
SIGN_IN = "sign_in"
INVITATION = "invitation"
REGISTRATION = "registration"
NEW_EMAIL = "new_email"
SECURE_MAIL = "secure_mail"
# The page is of the app that knows the orders.
CLAIM = "claim"

PURPOSES = [
    Purpose(
        code=SECURE_MAIL,
        page="accounts.views.secure_mail.pick_up",
        ended=_("Ask us to send it again."),
    ),
    Purpose(
        code=SET_PASSWORD,
        page="accounts.views.private.set_password",
        ended=_(
            "If you have set your password already, sign in with it. If not, ask for a new link."
        ),
        way_on=_("Ask for a new link"),
        way_on_route="account_reset_password",
    ),
    Purpose(
        code=SIGN_IN,
        page="accounts.views.private.sign_in",
        ended=_("Sign in with your password. If you have forgotten it, set a new one there."),
    ),
    Purpose(
        code=NEW_EMAIL,
        page="accounts.views.private.new_email",
        ended=_("Your address stays as it is. You can ask for the change once more."),
        way_on=_("Sign-in and security"),
        way_on_route="mfa_index",
    ),
    Purpose(
        code=INVITATION,
        page="accounts.views.invitation.invitation",
        ended=_(
            "If you have accepted the invitation already, sign in. Else ask the person who invited"
            " you to send it again."
        ),
    ),
    Purpose(
        code=REGISTRATION,
        page="accounts.views.registration.finish",
        ended=_("If you have registered already, sign in."),
        again_route="account_register_again",
    ),
]
