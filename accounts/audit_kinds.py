"""What the audit tells of, one kind a row: a code for the table, a label for people.

Each app declares its kinds here or in a module of its own and registers them when Django starts.
Kinds that concern a customer are shown to its account admins too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.states import RowOutcome

__all__ = [
    "KINDS",
    "AuditKind",
    "UnknownKind",
    "known",
    "known_to_customers",
    "of_code",
    "register",
]


class UnknownKind(LookupError):
    """A code that no app has declared."""


@dataclass(frozen=True)
class AuditKind:
    """One kind of entry.

    `model` names the model ("accounts.Membership") whose fields `before` and `after` carry, so that
    people read their labels; `labels` names what is no field, and `words` says in the reader's
    language what is kept as more than a plain value. `for_customer` shows the entry to the account
    admins of its customer.
    """

    code: str
    label: Any
    model: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    for_customer: bool = False


_known: dict[str, AuditKind] = {}


def register(kinds: Iterable[AuditKind]) -> None:
    """Make the kinds known; the same ones again change nothing."""
    for kind in kinds:
        _known[kind.code] = kind


def of_code(code: str) -> AuditKind:
    try:
        return _known[code]
    except KeyError:
        raise UnknownKind(code) from None


def known() -> list[AuditKind]:
    """Every kind, in the order of declaration."""
    return list(_known.values())


def known_to_customers() -> list[AuditKind]:
    return [kind for kind in known() if kind.for_customer]


ROLE_LABELS = {"rights": _("Rights"), "people": _("People")}

MESSAGE_PARTS = {"subject": _("Subject"), "body": _("Body"), "sms": _("Text message")}
IMPORT_LABELS = {
    "rows": _("Rows"),
    "wrong": _("Wrong rows"),
    **{outcome.value: outcome.label for outcome in RowOutcome},
}

KINDS = [
    AuditKind("company_changed", _("Company changed"), model="accounts.Company"),
    AuditKind("settings_changed", _("Settings changed"), model="accounts.AccountSettings"),
    AuditKind("user_created", _("User created"), model="accounts.User"),
    AuditKind("user_changed", _("User changed"), model="accounts.User"),
    AuditKind("group_changed", _("Group of permissions changed"), model="auth.Group"),
    AuditKind("message_retried", _("Message sent again")),
    AuditKind("message_cancelled", _("Message cancelled")),
    AuditKind("message_words_changed", _("Text of a message changed"), labels=MESSAGE_PARTS),
    AuditKind("message_words_taken_back", _("Text of a message taken back"), labels=MESSAGE_PARTS),
    AuditKind("password_set", _("Password set")),
    AuditKind("password_link_sent", _("Link to set a password sent")),
    AuditKind("email_changed", _("E-mail address changed"), model="accounts.User"),
    AuditKind("second_step_added", _("Second step set up")),
    AuditKind("second_step_removed", _("Second step removed")),
    AuditKind("second_step_reset", _("Every second step removed by the office")),
    AuditKind("second_step_required", _("Second step required"), model="accounts.User"),
    AuditKind("recovery_codes_made", _("Recovery codes made")),
    AuditKind("sessions_ended", _("Sessions ended")),
    AuditKind("role_added", _("Role added"), model="accounts.Role", labels=ROLE_LABELS),
    AuditKind("role_changed", _("Role changed"), model="accounts.Role", labels=ROLE_LABELS),
    AuditKind("role_removed", _("Role removed"), model="accounts.Role", labels=ROLE_LABELS),
    AuditKind("role_given", _("Role given"), model="accounts.RoleGrant"),
    AuditKind("role_taken", _("Role taken away"), model="accounts.RoleGrant"),
    # Rights of customers' people
    AuditKind(
        "membership_granted", _("Rights given"), model="accounts.Membership", for_customer=True
    ),
    AuditKind(
        "membership_changed", _("Rights changed"), model="accounts.Membership", for_customer=True
    ),
    AuditKind(
        "membership_withdrawn",
        _("Rights withdrawn"),
        model="accounts.Membership",
        for_customer=True,
    ),
    AuditKind("invitation_sent", _("Invited"), model="accounts.Invitation", for_customer=True),
    AuditKind(
        "invitation_sent_again",
        _("Invited again"),
        model="accounts.Invitation",
        for_customer=True,
    ),
    AuditKind(
        "invitation_changed",
        _("Invitation changed"),
        model="accounts.Invitation",
        for_customer=True,
    ),
    AuditKind(
        "invitation_accepted",
        _("Invitation accepted"),
        model="accounts.Invitation",
        for_customer=True,
    ),
    AuditKind(
        "invitation_withdrawn",
        _("Invitation withdrawn"),
        model="accounts.Invitation",
        for_customer=True,
    ),
    AuditKind(
        "customer_born",
        _("Customer made with its first order"),
        model="accounts.Customer",
        for_customer=True,
    ),
    AuditKind("customer_claimed", _("Orders of a guest claimed"), for_customer=True),
    AuditKind(
        "customers_merged",
        _("Customer merged into another"),
        labels={
            "survivor": _("merged into"),
            "people": _("People"),
            "order": _("orders"),
            "address": _("addresses"),
            "outgoingmessage": _("messages"),
        },
        for_customer=True,
    ),
    AuditKind(
        "joining_asked",
        _("Asked to join two customers"),
        labels={"survivor": _("merged into")},
        for_customer=True,
    ),
    AuditKind("not_a_duplicate", _("Said not to be a duplicate")),
    AuditKind(
        "people_imported", _("People imported"), model="accounts.PeopleImport", labels=IMPORT_LABELS
    ),
    AuditKind("access_closed", _("Access closed")),
    AuditKind("access_opened", _("Access opened")),
    # What the office keeps about customers
    AuditKind("mail_password_set", _("E-mail password set"), for_customer=True),
    AuditKind("mail_password_changed", _("E-mail password changed"), for_customer=True),
    AuditKind("mail_password_removed", _("E-mail password removed"), for_customer=True),
    AuditKind(
        "recipient_added",
        _("Recipient of papers added"),
        model="accounts.DocumentRecipient",
        for_customer=True,
    ),
    AuditKind(
        "recipient_removed",
        _("Recipient of papers removed"),
        model="accounts.DocumentRecipient",
        for_customer=True,
    ),
    AuditKind("provider_user_added", _("User added at sign-in"), labels={"name": _("Name")}),
    AuditKind("provider_user_linked", _("User bound to the identity provider")),
    AuditKind("provider_address_changed", _("E-mail changed at sign-in"), model="accounts.User"),
    AuditKind("provider_refused", _("Sign-in refused"), labels={"reason": _("Reason")}),
    AuditKind(
        "user_registered",
        _("User registered"),
        labels={"name": _("name"), "document_number": _("invoice or order number")},
        for_customer=True,
    ),
    AuditKind(
        "as_customer_started",
        _("Looked at the pages as the customer"),
        model="accounts.RoleRight",
    ),
    AuditKind("as_customer_stopped", _("Stopped looking as the customer")),
]
