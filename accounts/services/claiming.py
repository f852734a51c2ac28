"""Bringing guests' orders along: whoever proves the address manages the customer they made.

An order without an account makes a customer that nobody manages (`newcomers`). It becomes a
person's by proof alone: the person reads what is sent to the very address that the order came with.
Nothing else is compared. Each function is one transaction; the link is locked first, then the
customers, then the person. Whether such a customer and one that the person works for are one is the
office's to say: the person may ask for it (`join_id`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.kinds import CLAIM_LINK
from accounts.messaging import Recipient
from accounts.models import Customer, Membership, User
from accounts.models.user import UserManager
from accounts.purposes import CLAIM
from accounts.sections import Section
from accounts.services import (
    account_settings,
    audit,
    duplicates,
    inviting,
    membership,
    notify,
    private_links,
    throttling,
)
from portal.lib.errors import DomainError
from portal.lib.passwords import as_typed

__all__ = [
    "LINK_LASTS",
    "AccessIsClosed",
    "CannotClaim",
    "HasAccount",
    "MayNotAsk",
    "NotForTheOffice",
    "NothingToClaim",
    "Unproven",
    "claim",
    "claim_by_link",
    "is_made_by",
    "issue_link",
    "objection_to",
    "prove_by_link",
    "send_link",
    "throttle",
    "unclaimed",
    "waits_for",
]

LINK_LASTS = timedelta(days=30)
# Of one person at once; whoever fills the form in again and again is a machine.
MOST = 100

BY_ADDRESS = throttling.Limit(
    name="claim_address",
    free=3,
    first_wait=timedelta(minutes=5),
    longest_wait=timedelta(hours=6),
    memory=timedelta(days=1),
)
BY_NETWORK = throttling.Limit(
    name="claim_network",
    free=20,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    memory=timedelta(hours=1),
)


class CannotClaim(DomainError):
    """Why somebody who has proven the address gets nothing by it."""


class NothingToClaim(CannotClaim):
    user_message = _(
        "No orders wait here any more: you have them already, or we have put them to a customer"
        " that we had. Sign in to see them, or ask us."
    )


class NotForTheOffice(CannotClaim):
    user_message = _("This is an address of our own people, who have their own way in.")


class AccessIsClosed(CannotClaim):
    user_message = _("The access of this e-mail address was closed.")


class HasAccount(CannotClaim):
    user_message = _("You have an account already. Sign in with it.")


class Unproven(CannotClaim):
    user_message = _("Confirm your e-mail address first: open the link that we send you.")


class MayNotAsk(CannotClaim):
    user_message = _(
        "You may not order for this customer any more, so nothing was added. Look again at what you"
        " add the orders to."
    )


def unclaimed(*, email: str) -> QuerySet[Customer]:
    """The customers that orders from this normalised address made, and that nobody manages."""
    managed = Membership.objects.filter(customer=OuterRef("pk"))
    made = Customer.objects.filter(source="", email=email, removed_at=None, is_blocked=False)
    return made.exclude(email="").filter(~Exists(managed)).order_by("pk")


def is_made_by(email: str, customer: Customer | None) -> bool:
    """Whether orders from this address made the customer, and it is that of nobody else by now.

    What the ERP, or somebody else, says of a customer is not shown to whoever has a link.
    """
    return (
        customer is not None
        and not customer.source
        and not customer.is_removed
        and customer.email == UserManager.normalize_email(email)
    )


def waits_for(user: User) -> bool:
    """Whether orders wait for the person; the office, and staff who look on, have none."""
    if user.is_staff or user.email_verified_at is None:
        return False
    return unclaimed(email=user.email).exists()


def objection_to(*, email: str, user: User | None) -> CannotClaim | None:
    """Why the owner of the address cannot claim at all; None for whoever can."""
    if account_settings.is_internal(email) or (user is not None and user.is_staff):
        return NotForTheOffice(email)
    if user is not None and not user.is_active:
        return AccessIsClosed(email)
    return None


def issue_link(*, email: str, customer_id: int | None, now: datetime) -> str:
    """The whole address of a new link to claim by, in the caller's transaction.

    It may be sent to this address and shown nowhere: whoever opens it has proven the address.
    """
    token = private_links.issue(
        purpose=CLAIM,
        lifetime=LINK_LASTS,
        email=UserManager.normalize_email(email),
        customer_id=customer_id,
        now=now,
    )
    return private_links.address_of(token)


def throttle(*, email: str, address: str | None, now: datetime) -> None:
    """Count one asking for a link; raises TooManyTries."""
    tries = {
        BY_ADDRESS: UserManager.normalize_email(email),
        BY_NETWORK: throttling.network(address),
    }
    throttling.admit(tries=tries, now=now)


@transaction.atomic
def send_link(*, to: Recipient, customer_id: int | None, now: datetime) -> None:
    """Mail a link to the address of the recipient, whoever asked and whatever it would open."""
    notify.compose(
        CLAIM_LINK,
        to=[to],
        context={
            "link": issue_link(email=to.email, customer_id=customer_id, now=now),
            "valid_until": now + LINK_LASTS,
        },
        customer_id=customer_id,
        expires_at=now + LINK_LASTS,
        now=now,
    )


@transaction.atomic
def prove_by_link(*, token: str, now: datetime) -> User:
    """Use the link up for its owner's user, who has proven the address and still has to sign in."""
    link = private_links.use(token=token, purpose=CLAIM, now=now)
    user = _locked(link.email)
    if user is None:
        raise private_links.UnknownLink(f"{link} is of nobody who could sign in")
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])
    return user


@transaction.atomic
def claim_by_link(
    *,
    token: str,
    signed_in_id: int | None,
    first_name: str = "",
    last_name: str = "",
    password: str = "",
    language: str = "",
    now: datetime,
) -> tuple[User, Sequence[Customer]]:
    """Make whoever has the link the account admin of the customers that its address made.

    A person without a password gets a user with these names and this one. One who has a password
    has to be signed in. Raises CannotClaim, and what `private_links.use` raises: of two who come at
    once, one finds the link used.
    """
    # Takes its time on purpose, so it is done before others have to wait for a lock.
    encoded = make_password(as_typed(password) if password else None)
    link = private_links.use(token=token, purpose=CLAIM, now=now)
    customers = _lock_unclaimed(link.email)
    _refuse(link.email, _locked(link.email))
    if password:
        User.objects.get_or_create(
            email=link.email,
            defaults={
                "password": make_password(None),
                "first_name": first_name,
                "last_name": last_name,
                "language": language,
                "joined_at": now,
            },
        )
    user = _locked(link.email)
    if user is None:
        raise HasAccount(f"{link}: nobody has chosen a password")
    if user.pk != signed_in_id:
        if not (password and inviting.needs_password(user)):
            raise HasAccount(f"user {user.pk} is not signed in")
        user.first_name, user.last_name = first_name, last_name
        user.password = encoded
        audit.record(kind="password_set", subject=user.email, now=now)
    user.email_verified_at = now
    user.save(update_fields=["first_name", "last_name", "password", "email_verified_at"])
    return user, _take(user, customers, now)


@transaction.atomic
def claim(*, user_id: int, join_id: int | None = None, now: datetime) -> Sequence[Customer]:
    """Make a person who is signed in account admin of the customers that its proven address made.

    With `join_id`, the office is asked to merge them into that customer, for which the person has
    to hold the right to order. Raises CannotClaim. Claimed twice at once, the second finds nothing
    any more.
    """
    email = User.objects.values_list("email", flat=True).get(pk=user_id)
    customers = _lock_unclaimed(email, join_id)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.email != email or user.email_verified_at is None:
        raise Unproven(f"user {user_id}")
    _refuse(email, user)
    taken = _take(user, customers, now)
    if join_id is not None:
        _ask_to_join(user, taken, join_id, now)
    return taken


def _ask_to_join(user: User, customers: Sequence[Customer], join_id: int, now: datetime) -> None:
    """Put each of them to the office as one with the customer, whose lock is held."""
    into = user.customers_with(Section.PLACE_ORDERS).filter(pk=join_id).first()
    if into is None or into.takes_no_orders:
        raise MayNotAsk(f"user {user.pk}, customer {join_id}")
    for customer in customers:
        duplicates.put_to_office(newcomer=customer, other=into, now=now)
        for each in (customer, into):
            audit.record(
                kind="joining_asked",
                subject=str(customer),
                customer_id=each.pk,
                after={"survivor": str(into)},
                now=now,
            )


def _lock_unclaimed(email: str, join_id: int | None = None) -> Sequence[Customer]:
    """The customers of the address, locked; asked for again, as one may have gone meanwhile.

    The one that they are to be joined with is locked along.
    """
    ids = list(unclaimed(email=email).values_list("pk", flat=True)[:MOST])
    membership.lock_families([*ids, join_id] if join_id is not None else ids)
    waiting = unclaimed(email=email).filter(pk__in=ids)
    return [each for each in waiting if not account_settings.keeps_out(each)]


def _locked(email: str) -> User | None:
    return User.objects.select_for_update(no_key=True).filter(email=email).first()


def _refuse(email: str, user: User | None) -> None:
    objection = objection_to(email=email, user=user)
    if objection is not None:
        raise objection


def _take(user: User, customers: Sequence[Customer], now: datetime) -> Sequence[Customer]:
    if not customers:
        raise NothingToClaim(f"user {user.pk}")
    for customer in customers:
        membership.join(user_id=user.pk, customer_id=customer.pk, now=now)
        audit.record(
            kind="customer_claimed",
            subject=audit.name_of(user),
            customer_id=customer.pk,
            now=now,
        )
        # What the address is proven to be may tell more.
        duplicates.ask(customer_id=customer.pk, now=now)
    return customers
