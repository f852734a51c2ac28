"""Getting in from outside: the proof, the attempt that waits for the ERP, and the user at its end.

What is known here is answered at once. A customer number or a document that is not known becomes an
attempt that the worker takes to the ERP (`claim`, `settle`); the web never waits for it. Whether an
e-mail address has an account is looked up only after the proof holds, so nothing about addresses
can be learned before.

The user is made when the mailed link is used: whoever types somebody else's address takes nothing
from it, and who is the first user of a customer is decided then too (`membership.join`).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.kinds import (
    MEMBER_REGISTERED,
    REGISTRATION_ACCOUNT_EXISTS,
    REGISTRATION_GAVE_UP,
    REGISTRATION_LINK,
    REGISTRATION_REFUSED,
)
from accounts.messaging import MessageKind, Recipient
from accounts.models import Customer, PrivateLink, RegistrationAttempt, User
from accounts.proofs import Claim
from accounts.purposes import REGISTRATION
from accounts.services import (
    account_settings,
    audit,
    membership,
    notify,
    private_links,
    proving,
    selecting,
    throttling,
)
from accounts.services.proving import Finding, Verdict
from accounts.services.throttling import Limit
from accounts.states import Refusal, RegistrationState
from portal.lib.amounts import read_amount
from portal.lib.bells import ring
from portal.lib.domains import domain_of
from portal.lib.errors import DomainError
from portal.lib.links import absolute
from portal.lib.searching import number_key

__all__ = [
    "ASK",
    "PATIENCE",
    "Refused",
    "Wish",
    "attempt_of",
    "begin",
    "claim",
    "complete",
    "find",
    "forget_old",
    "is_same",
    "is_work_left",
    "new_token",
    "person_of",
    "prolong",
    "send_link_again",
    "settle",
    "tries_of",
    "tries_of_link",
]

ASK = "erp_bridge.ask_for_registrations"
# How long the page looks for the answer; what is decided later is told by mail.
PATIENCE = timedelta(seconds=20)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
# After that the person is told that it could not be checked, and whom to ask.
GIVEN_UP_AFTER = timedelta(hours=6)
LINK_LASTS = timedelta(hours=24)
# How long a link may be asked for again, and what was typed is kept.
KEPT = timedelta(days=30)

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
PER_ADDRESS = Limit(
    name="registration.email",
    free=5,
    first_wait=_MINUTE,
    longest_wait=_HOUR,
    memory=timedelta(days=1),
)
PER_CUSTOMER = Limit(
    name="registration.customer",
    free=10,
    first_wait=_MINUTE,
    longest_wait=_HOUR,
    memory=timedelta(days=1),
)
PER_NETWORK = Limit(
    name="registration.network",
    free=20,
    first_wait=_MINUTE,
    longest_wait=_HOUR,
    memory=timedelta(days=1),
)
PER_LINK = Limit(
    name="registration.link",
    free=3,
    first_wait=5 * _MINUTE,
    longest_wait=_HOUR,
    memory=timedelta(days=1),
)

# What only the ERP can tell: it may know what has not come here yet.
_UNKNOWN_HERE = {Verdict.UNKNOWN_CUSTOMER, Verdict.OTHER_DOCUMENT}


class Refused(DomainError):
    """Nothing was written; `refusal` has the words."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.value)
        self.refusal = refusal
        self.user_message = refusal.label


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who wants to register for which customer, and by which document. The amount is as typed."""

    first_name: str
    last_name: str
    email: str
    language: str
    customer_number: str
    document_number: str
    amount: str


def new_token() -> str:
    """The secret of an attempt's page. Its form carries it, so that a form sent twice is one."""
    return secrets.token_urlsafe(32)


def find(*, token: str) -> RegistrationAttempt | None:
    """The attempt with this token."""
    return _attempts().filter(digest=private_links.token_hash(token)).first()


def is_same(attempt: RegistrationAttempt, wish: Wish) -> bool:
    """Whether the attempt is of this very wish: its form was sent twice."""
    return Wish(**{field.name: getattr(attempt, field.name) for field in fields(Wish)}) == wish


def attempt_of(link: PrivateLink) -> RegistrationAttempt | None:
    """The attempt that the mailed link finishes; None when it is forgotten."""
    return _attempts().filter(pk=link.data["attempt"]).first()


def person_of(link: PrivateLink) -> User:
    """Whom the link is about to make a user, not saved; raises UnknownLink when forgotten."""
    return _person(_there(attempt_of(link)))


def _person(attempt: RegistrationAttempt) -> User:
    return User(
        email=attempt.email,
        first_name=attempt.first_name,
        last_name=attempt.last_name,
        language=attempt.language,
    )


def tries_of(wish: Wish, *, address: str | None) -> Mapping[Limit, str]:
    """What a try to register counts against: its e-mail address, its customer and the network."""
    return {
        PER_ADDRESS: _address_key(wish.email),
        PER_CUSTOMER: number_key(wish.customer_number),
        PER_NETWORK: throttling.network(address),
    }


def tries_of_link(attempt: RegistrationAttempt) -> Mapping[Limit, str]:
    """What asking for another mail counts against."""
    return {PER_LINK: _address_key(attempt.email)}


@transaction.atomic
def begin(*, token: str, wish: Wish, now: datetime) -> RegistrationAttempt:
    """Prove the wish, or have the ERP asked; raises Refused with the reason.

    The same form sent again, at the same moment too, gives the attempt that there is.
    """
    claim = Claim(wish.document_number, read_amount(wish.amount))
    finding = proving.examine(customer_number=wish.customer_number, claim=claim)
    refusal = _refusal(finding, wish.email)
    asks_the_erp = finding.verdict in _UNKNOWN_HERE
    if refusal is not None and not asks_the_erp:
        raise Refused(refusal)
    is_decided = refusal is None
    attempt, is_new = RegistrationAttempt.objects.get_or_create(
        digest=private_links.token_hash(token),
        defaults={
            **{field.name: getattr(wish, field.name) for field in fields(wish)},
            "state": RegistrationState.PROVEN if is_decided else RegistrationState.CHECKING,
            "customer": finding.customer,
            "created_at": now,
            "decided_at": now if is_decided else None,
            "due_at": None if is_decided else now,
        },
    )
    if is_new and is_decided:
        _send_link(attempt, now)
    elif is_new:
        ring(ASK)
    return attempt


def is_work_left(*, now: datetime) -> bool:
    """Whether an attempt is due that no worker is at."""
    return _due(now).exists()


@transaction.atomic
def claim(*, now: datetime, until: datetime) -> RegistrationAttempt | None:
    """The attempt that has been due longest, for one worker until then.

    None while another one is being taken to the ERP: an ERP that hangs then holds up one worker.
    """
    checking = RegistrationAttempt.objects.filter(state=RegistrationState.CHECKING)
    if checking.filter(claimed_until__gt=now).exists():
        return None
    due = _due(now).order_by("due_at", "pk")
    attempt = due.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if attempt is not None:
        attempt.claimed_until = until
        attempt.save(update_fields=["claimed_until"])
    return attempt


def prolong(*, attempt_id: int, until: datetime) -> None:
    """Go on having the attempt until then."""
    RegistrationAttempt.objects.filter(pk=attempt_id, state=RegistrationState.CHECKING).update(
        claimed_until=until
    )


@transaction.atomic
def settle(*, attempt_id: int, heard: bool, now: datetime) -> RegistrationAttempt | None:
    """Decide an attempt by what is here now, after the ERP was asked. Repeatable.

    `heard` says that every ERP has answered and what it had is here; else an attempt that cannot be
    decided waits for the next try, later each time, and is given up after some hours.
    """
    attempt = _locked(attempt_id)
    if attempt is None or not attempt.is_checking:
        return attempt
    claim = Claim(attempt.document_number, read_amount(attempt.amount))
    finding = proving.examine(customer_number=attempt.customer_number, claim=claim)
    refusal = _refusal(finding, attempt.email)
    if refusal is None:
        _decide(attempt, RegistrationState.PROVEN, now, customer=finding.customer)
        _send_link(attempt, now)
    elif heard or finding.verdict not in _UNKNOWN_HERE:
        _decide(attempt, RegistrationState.REFUSED, now, refusal=refusal)
        _tell_of_refusal(attempt, now)
    elif now - attempt.created_at >= GIVEN_UP_AFTER:
        _decide(attempt, RegistrationState.GAVE_UP, now)
        _tell(attempt, REGISTRATION_GAVE_UP, {"link": _register_page()}, now)
    else:
        attempt.tries += 1
        attempt.due_at = now + min(FIRST_WAIT * 2 ** min(attempt.tries - 1, 10), LONGEST_WAIT)
        attempt.claimed_until = None
        attempt.save(update_fields=["tries", "due_at", "claimed_until"])
    return attempt


@transaction.atomic
def send_link_again(*, attempt_id: int, now: datetime) -> None:
    """Mail a new link for a proven attempt; the ones before it open nothing any more."""
    attempt = _locked(attempt_id)
    if attempt is not None and attempt.is_proven:
        _send_link(attempt, now)


@transaction.atomic
def complete(*, token: str, password: str, address: str | None, now: datetime) -> User:
    """Make the user whom the mailed link was sent to, with this password.

    Having got the mail proves the address. The first user of a customer manages it, later ones see
    orders and invoices. Raises what `private_links.use` raises, and Refused where the customer may
    not register any more or the address has got an account meanwhile; the link then stays.
    """
    link = private_links.look(token=token, purpose=REGISTRATION, now=now)
    attempt = _there(_locked(link.data["attempt"]))
    private_links.use(token=token, purpose=REGISTRATION, now=now)
    user = _person(attempt)
    user.email_verified_at = user.joined_at = now
    # Takes its time on purpose, so it is done before others have to wait for the customer's lock.
    user.set_password(password)
    own = [key for key in [attempt.customer_id] if key is not None]
    customer = next(each for each in membership.lock_families(own) if each.pk in own)
    # Meanwhile the office may have closed the customer, or claimed the address's domain.
    if account_settings.keeps_out(customer) or account_settings.is_internal(user.email):
        raise Refused(Refusal.NOT_OPEN)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused(Refusal.ACCOUNT_EXISTS) from error
    membership.join(user_id=user.pk, customer_id=customer.pk, now=now)
    attempt.move_to(RegistrationState.REGISTERED)
    throttling.forgive(
        tries={
            PER_ADDRESS: _address_key(attempt.email),
            PER_CUSTOMER: number_key(attempt.customer_number),
        }
    )
    throttling.take_back(tries={PER_NETWORK: throttling.network(address)})
    audit.record(
        kind="user_registered",
        subject=user.email,
        customer_id=customer.pk,
        after={"name": user.get_full_name(), "document_number": attempt.document_number},
        now=now,
    )
    _tell_admins(customer, user, now)
    return user


@transaction.atomic
def forget_old(*, now: datetime) -> None:
    """Delete what was typed long ago, whatever became of it."""
    old = RegistrationAttempt.objects.filter(created_at__lte=now - KEPT).order_by("pk")
    attempt_ids = list(old.select_for_update(no_key=True).values_list("pk", flat=True))
    private_links.withdraw(now=now, purpose=REGISTRATION, data__attempt__in=attempt_ids)
    RegistrationAttempt.objects.filter(pk__in=attempt_ids).delete()


def _attempts() -> QuerySet[RegistrationAttempt]:
    return RegistrationAttempt.objects.select_related("customer")


def _locked(attempt_id: int) -> RegistrationAttempt | None:
    """The attempt, its row locked: before its links, whatever is done with them."""
    locked = _attempts().select_for_update(of=("self",), no_key=True)
    return locked.filter(pk=attempt_id).first()


def _there(attempt: RegistrationAttempt | None) -> RegistrationAttempt:
    if attempt is None:
        raise private_links.UnknownLink("the registration is forgotten")
    return attempt


def _due(now: datetime) -> QuerySet[RegistrationAttempt]:
    return RegistrationAttempt.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now),
        state=RegistrationState.CHECKING,
        due_at__lte=now,
    )


def _refusal(finding: Finding, email: str) -> Refusal | None:
    """Why the person may not register. The address is looked up last, after a proof that holds."""
    if finding.customer is None:
        return Refusal(finding.verdict.value)
    if account_settings.keeps_out(finding.customer):
        return Refusal.NOT_OPEN
    if User.objects.filter(email=User.objects.normalize_email(email)).exists():
        return Refusal.ACCOUNT_EXISTS
    return None


def _decide(
    attempt: RegistrationAttempt,
    state: RegistrationState,
    now: datetime,
    *,
    customer: Customer | None = None,
    refusal: Refusal | None = None,
) -> None:
    attempt.move_to(
        state,
        customer=customer,
        refusal=refusal.value if refusal else "",
        decided_at=now,
        due_at=None,
        claimed_until=None,
    )


def _send_link(attempt: RegistrationAttempt, now: datetime) -> None:
    private_links.withdraw(now=now, purpose=REGISTRATION, data__attempt=attempt.pk)
    token = private_links.issue(
        purpose=REGISTRATION,
        lifetime=LINK_LASTS,
        now=now,
        customer_id=attempt.customer_id,
        email=attempt.email,
        data={"attempt": attempt.pk},
    )
    ends_at = now + LINK_LASTS
    _tell(
        attempt,
        REGISTRATION_LINK,
        {
            "link": private_links.address_of(token),
            "valid_until": ends_at,
            "customer": str(attempt.customer),
        },
        now,
        name=f"{attempt.first_name} {attempt.last_name}",
        expires_at=ends_at,
    )


def _tell_of_refusal(attempt: RegistrationAttempt, now: datetime) -> None:
    """By mail where the page has stopped looking; who still looks reads it there."""
    if now - attempt.created_at <= PATIENCE:
        return
    if attempt.refusal == Refusal.ACCOUNT_EXISTS:
        link = absolute(reverse("account_reset_password"))
        _tell(attempt, REGISTRATION_ACCOUNT_EXISTS, {"link": link}, now)
    else:
        context = {"reason": Refusal(attempt.refusal).label, "link": _register_page()}
        _tell(attempt, REGISTRATION_REFUSED, context, now)


def _tell_admins(customer: Customer, user: User, now: datetime) -> None:
    """Let those who manage the customer know who has come by himself."""
    admins = [each for each in selecting.account_admins(customer=customer) if each != user]
    notify.compose(
        MEMBER_REGISTERED,
        to=[Recipient.of(each) for each in admins],
        context={
            "person": user.get_full_name(),
            "email": user.email,
            "customer": str(customer),
            "link": absolute(reverse("customer:colleague-list")),
        },
        customer_id=customer.pk,
        now=now,
    )


def _tell(
    attempt: RegistrationAttempt,
    kind: MessageKind,
    context: Mapping[str, Any],
    now: datetime,
    *,
    name: str = "",
    expires_at: datetime | None = None,
) -> None:
    """Write to the address of the attempt. Names typed by who has proven nothing go to nobody."""
    notify.compose(
        kind,
        to=[Recipient(email=attempt.email, name=name, language=attempt.language)],
        context=context,
        customer_id=attempt.customer_id,
        expires_at=expires_at,
        now=now,
    )


def _register_page() -> str:
    return absolute(reverse("account_register"))


def _address_key(email: str) -> str:
    """One key for the addresses of one mailbox: whatever follows a plus is its owner's choice."""
    local, _at, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain_of(email) or domain}"
