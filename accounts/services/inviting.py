"""Asking people by e-mail to become members of a customer.

Whoever invites learns nothing about the address: the same is written, said and noted whether a user
has it or not. The rights come with accepting, through the link in the mail; until then the
invitation can be sent again and withdrawn. Each function is one transaction under the customer's
lock, where everything that decides is read anew.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.kinds import INVITATION as MESSAGE
from accounts.messaging import Recipient
from accounts.models import (
    Customer,
    Invitation,
    Membership,
    PrivateLink,
    User,
)
from accounts.purposes import INVITATION
from accounts.sections import rights_in_words
from accounts.services import (
    account_settings,
    audit,
    colleagues,
    company,
    membership,
    notify,
    private_links,
    throttling,
)
from accounts.states import RowOutcome
from portal.lib.errors import DomainError

__all__ = [
    "LIFETIME",
    "MOST_WAITING",
    "SENDING",
    "AccessIsClosed",
    "AlreadyInvited",
    "AlreadyMember",
    "Answered",
    "CannotInvite",
    "ClosedCustomer",
    "NotForMembers",
    "NotVouchedFor",
    "OwnAddress",
    "TooManyWaiting",
    "accept",
    "end_invitation",
    "invite",
    "inviter_of",
    "needs_password",
    "objection_to",
    "objection_to_accepting",
    "of_link",
    "refuse_closed",
    "send_again",
    "set_invitation",
    "withdraw",
]

LIFETIME = timedelta(days=14)
# Invitations of one customer that nobody has answered; a person can still overlook them.
MOST_WAITING = 100
# Mails that one customer has sent to strangers: a colleague or thirty, then slower and slower.
SENDING = throttling.Limit(
    name="invitations",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=6),
    memory=timedelta(days=1),
)


class CannotInvite(DomainError):
    """Why somebody cannot be invited, or cannot accept any more."""


class OwnAddress(CannotInvite):
    user_message = gettext_lazy("That is your own address. You are a member already.")


class AlreadyMember(CannotInvite):
    user_message = gettext_lazy("The person with this address is your colleague already.")


class AlreadyInvited(CannotInvite):
    user_message = gettext_lazy(
        "This address is invited already. Send that invitation again, or withdraw it first."
    )


class NotForMembers(CannotInvite):
    """An address of the office's own people."""

    def __init__(self, address: str):
        super().__init__(f"{address} is of the office")
        self.user_message = _(
            "This is an address of %(company)s itself, whose people have their own way in."
        ) % {"company": company.current().name}


class ClosedCustomer(CannotInvite):
    """The ERP has blocked or removed the customer, or its group may not use the portal."""

    def __init__(self, customer: Customer):
        super().__init__(f"customer {customer.pk} takes no new members")
        self.user_message = _(
            "Nobody can become a member of %(number)s %(name)s at the moment. Ask %(company)s."
        ) % {
            "number": customer.number,
            "name": customer.name,
            "company": company.current().name,
        }


class TooManyWaiting(CannotInvite):
    user_message = gettext_lazy(
        "Too many invitations wait for an answer. Withdraw some that nobody will answer."
    )


class NotVouchedFor(CannotInvite):
    """Whoever sent the invitation may not give these rights any more."""

    user_message = gettext_lazy(
        "The person who invited you may not do that any more. Ask your company's account admin to"
        " send the invitation again."
    )


class AccessIsClosed(CannotInvite):
    user_message = gettext_lazy("The access of this e-mail address was closed.")


class Answered(DomainError):
    """The invitation was accepted or withdrawn in the meantime."""

    user_message = gettext_lazy("That invitation was answered or withdrawn meanwhile.")


def invite(
    *,
    customer: Customer,
    by: User,
    email: str,
    first_name: str,
    last_name: str,
    sections: Iterable[str] = (),
    is_admin: bool = False,
    covers_family: bool = False,
    now: datetime,
) -> Invitation:
    """Ask the person at this normalised address to become a member of the customer.

    Raises what kept it from being sent: CannotInvite, colleagues.MayNot or throttling.TooManyTries.
    """
    throttling.admit(tries={SENDING: str(customer.pk)}, now=now)
    with transaction.atomic():
        customer = _locked(customer)
        _refuse_more_than(
            by, customer, sections=sections, is_admin=is_admin, covers_family=covers_family
        )
        if email == by.email:
            raise OwnAddress(f"user {by.pk}")
        objection = objection_to(customer=customer, email=email)
        if objection is not None:
            raise objection
        return _begin(
            customer=customer,
            by=by,
            person={"email": email, "first_name": first_name, "last_name": last_name},
            rights={
                "sections": sorted(set(sections)),
                "is_admin": is_admin,
                "covers_family": covers_family,
            },
            now=now,
        )


def send_again(*, invitation_id: int, customer: Customer, by: User, now: datetime) -> Invitation:
    """A new link in a new mail, and its time anew; the former link ends.

    Whoever sends it answers for the rights it brings from now on.
    """
    throttling.admit(tries={SENDING: str(customer.pk)}, now=now)
    with transaction.atomic():
        customer = _locked(customer)
        invitation = _unanswered(invitation_id, customer)
        _refuse_more_than(by, customer, **invitation.rights)
        refuse_closed(customer)
        invitation.invited_by = by
        invitation.sent_at, invitation.expires_at = now, now + LIFETIME
        invitation.save(update_fields=["invited_by", "sent_at", "expires_at"])
        _send(invitation, now=now)
        _note("invitation_sent_again", invitation, now=now)
    return invitation


@transaction.atomic
def withdraw(*, invitation_id: int, customer: Customer, by: User, now: datetime) -> Invitation:
    """End the invitation and its link; the address can be invited anew."""
    customer = _locked(customer)
    invitation = _unanswered(invitation_id, customer)
    _refuse_more_than(by, customer, **invitation.rights)
    _withdraw(invitation, now=now)
    return invitation


def set_invitation(
    *, customer: Customer, by: User, person: dict[str, str], rights: dict[str, Any], now: datetime
) -> RowOutcome:
    """Invite as an import says, or make a waiting invitation bring exactly these rights.

    In the caller's transaction, which holds the customer's lock. Raises CannotInvite.
    """
    waiting = Invitation.objects.unanswered().filter(customer=customer, email=person["email"])
    invitation = waiting.locked().first()
    if invitation is None:
        objection = objection_to(customer=customer, email=person["email"])
        if objection is not None:
            raise objection
        _begin(customer=customer, by=by, person=person, rights=rights, now=now)
        return RowOutcome.INVITED
    before = invitation.rights
    if before == rights:
        return RowOutcome.UNCHANGED
    for name, value in {**rights, "invited_by": by}.items():
        setattr(invitation, name, value)
    invitation.save(update_fields=[*rights, "invited_by"])
    _note("invitation_changed", invitation, before=before, after=rights, now=now)
    return RowOutcome.UPDATED


def end_invitation(*, customer: Customer, email: str, now: datetime) -> bool:
    """Withdraw what waits for this address, in the caller's transaction; whether there was one."""
    waiting = Invitation.objects.unanswered().filter(customer=customer, email=email)
    invitation = waiting.locked().first()
    if invitation is None:
        return False
    _withdraw(invitation, now=now)
    return True


@transaction.atomic
def accept(
    *,
    token: str,
    first_name: str = "",
    last_name: str = "",
    password: str = "",
    language: str = "",
    now: datetime,
) -> User:
    """Make the person who has the link a member, with what the invitation says and nothing less
    than was held before.

    A person without a user yet gets one, with these names and this password. Raises CannotInvite,
    and what `private_links.use` raises: of two who accept at once, one finds the link used.
    """
    link = private_links.look(token=token, purpose=INVITATION, now=now)
    customer = _locked(of_link(link).customer)
    link = private_links.use(token=token, purpose=INVITATION, now=now)
    invitation = Invitation.objects.locked().get(pk=link.data["invitation"])
    objection = objection_to_accepting(invitation, customer=customer)
    if objection is not None:
        raise objection

    user = _person(invitation, first_name, last_name, password=password, language=language, now=now)
    held = Membership.objects.filter(user=user, customer=customer).first()
    already = held or Membership()
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _note("invitation_accepted", invitation, now=now)
    membership.grant(
        user_id=user.pk,
        customer_id=customer.pk,
        sections={*invitation.sections, *already.sections},
        is_admin=invitation.is_admin or already.is_admin,
        covers_family=invitation.covers_family or already.covers_family,
        now=now,
    )
    return user


def objection_to(*, customer: Customer, email: str) -> CannotInvite | None:
    """Why nobody at this address can be invited to the customer; None where somebody can."""
    if account_settings.keeps_out(customer):
        return ClosedCustomer(customer)
    if account_settings.is_internal(email):
        return NotForMembers(email)
    if Membership.objects.reaching(customer).filter(user__email=email).exists():
        return AlreadyMember(email)
    waiting = Invitation.objects.unanswered().filter(customer=customer)
    if waiting.filter(email=email).exists():
        return AlreadyInvited(email)
    if waiting.count() >= MOST_WAITING:
        return TooManyWaiting(f"customer {customer.pk}")
    return None


def objection_to_accepting(invitation: Invitation, *, customer: Customer) -> CannotInvite | None:
    """Why the invitation brings nothing now, though its link still opens; None where it does."""
    if account_settings.keeps_out(customer):
        return ClosedCustomer(customer)
    if account_settings.is_internal(invitation.email):
        return NotForMembers(invitation.email)
    if User.objects.filter(email=invitation.email, is_active=False).exists():
        return AccessIsClosed(invitation.email)
    if not _is_vouched_for(invitation, customer):
        return NotVouchedFor(f"invitation {invitation.pk}")
    return None


def of_link(link: PrivateLink) -> Invitation:
    """The invitation that the link was sent with."""
    rows = Invitation.objects.select_related("customer", "invited_by")
    return rows.get(pk=link.data["invitation"])


def needs_password(user: User | None) -> bool:
    """Whether accepting begins with a name and a password: for whoever cannot sign in yet."""
    return user is None or not (user.is_staff or user.has_usable_password())


def refuse_closed(customer: Customer) -> None:
    """Raise ClosedCustomer where nobody can become a member now."""
    if account_settings.keeps_out(customer):
        raise ClosedCustomer(customer)


def _locked(customer: Customer) -> Customer:
    [found] = (row for row in membership.lock_families([customer.pk]) if row.pk == customer.pk)
    return found


def _unanswered(invitation_id: int, customer: Customer) -> Invitation:
    rows = Invitation.objects.unanswered().filter(customer=customer)
    invitation = rows.locked().filter(pk=invitation_id).first()
    if invitation is None:
        raise Answered(f"invitation {invitation_id}")
    return invitation


def _refuse_more_than(by: User, customer: Customer, **rights: Any) -> None:
    """Raise MayNot where the person may not give these rights at this moment."""
    if not colleagues.authority_of(user=by, customer=customer).may_give(**rights):
        raise colleagues.MayNot(f"user {by.pk} at customer {customer.pk}")


def _is_vouched_for(invitation: Invitation, customer: Customer) -> bool:
    try:
        _refuse_more_than(invitation.invited_by, customer, **invitation.rights)
    except colleagues.MayNot:
        return False
    return True


def _person(
    invitation: Invitation,
    first_name: str,
    last_name: str,
    *,
    password: str,
    language: str,
    now: datetime,
) -> User:
    """The user of the invitation's address, who has proven it with the link."""
    User.objects.get_or_create(
        email=invitation.email,
        defaults={"password": make_password(None), "language": language, "joined_at": now},
    )
    user = User.objects.select_for_update(of=("self",), no_key=True).get(email=invitation.email)
    if password and needs_password(user):
        user.first_name, user.last_name = first_name, last_name
        user.set_password(password)
        audit.record(kind="password_set", subject=user.email, now=now)
    user.email_verified_at = user.email_verified_at or now
    user.save(update_fields=["first_name", "last_name", "password", "email_verified_at"])
    return user


def _begin(
    *, customer: Customer, by: User, person: dict[str, str], rights: dict[str, Any], now: datetime
) -> Invitation:
    invitation = Invitation.objects.create(
        customer=customer,
        **person,
        **rights,
        invited_by=by,
        created_at=now,
        sent_at=now,
        expires_at=now + LIFETIME,
    )
    _send(invitation, now=now)
    _note("invitation_sent", invitation, after=invitation.rights, now=now)
    return invitation


def _withdraw(invitation: Invitation, *, now: datetime) -> None:
    _end_links(invitation, now=now)
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    _note("invitation_withdrawn", invitation, before=invitation.rights, now=now)


def _send(invitation: Invitation, *, now: datetime) -> None:
    """Write the mail with a new link, in the language of the reader where that is known."""
    _end_links(invitation, now=now)
    token = private_links.issue(
        purpose=INVITATION,
        lifetime=LIFETIME,
        now=now,
        customer_id=invitation.customer_id,
        email=invitation.email,
        data={"invitation": invitation.pk},
    )
    reader = User.objects.filter(email=invitation.email, is_active=True).first()
    notify.compose(
        MESSAGE,
        to=[
            Recipient.of(reader)
            if reader
            else Recipient(
                email=invitation.email,
                name=invitation.get_full_name(),
                language=_language(invitation),
            )
        ],
        context={
            "inviter": inviter_of(invitation),
            "customer": str(invitation.customer),
            "rights": partial(rights_in_words, invitation.sections, is_admin=invitation.is_admin),
            "link": private_links.address_of(token),
            "valid_until": invitation.expires_at,
        },
        customer_id=invitation.customer_id,
        thread=f"invitation-{invitation.pk}",
        expires_at=invitation.expires_at,
        now=now,
    )


def _language(invitation: Invitation) -> str:
    """That of the colleague who invites; of the customer where the office does."""
    by = invitation.invited_by
    return invitation.customer.language if by.is_staff else by.language


def inviter_of(invitation: Invitation) -> str:
    """Who invites, as it is told to people outside the office."""
    by = invitation.invited_by
    return company.current().name if by.is_staff else by.get_full_name()


def _end_links(invitation: Invitation, *, now: datetime) -> None:
    private_links.withdraw(
        purpose=INVITATION,
        customer_id=invitation.customer_id,
        email=invitation.email,
        now=now,
    )


def _note(kind: str, invitation: Invitation, *, now: datetime, **changes: Any) -> None:
    audit.record(
        kind=kind,
        subject=audit.name_of(invitation),
        customer_id=invitation.customer_id,
        now=now,
        **changes,
    )
