"""Sending what waits: claim (commit), send, record (commit), one message after the other.

Nothing is sent inside a transaction, and a message that was claimed is nobody else's until its
claim runs out. What cannot be had is certainty about a message whose server was asked but did not
answer, or whose worker died before it noted the answer: it is sent once more, under the same
Message-ID, because a message twice is better than none.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from accounts.channels import (
    Channel,
    Line,
    NoAnswer,
    Parcel,
    RefusedForGood,
    RefusedForNow,
    Unreachable,
    registered,
)
from accounts.channels.port import LONGEST
from accounts.models import ChannelRest, MessageAttempt, OutgoingMessage
from accounts.services.notify import SEND
from accounts.states import AttemptOutcome, MessageState
from portal.lib.bells import ring

__all__ = ["LEASE", "send_due"]

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# Longer than one message can take.
LEASE = LONGEST + timedelta(minutes=1)
# How long one task sends before it lets the worker do something else.
TURN = timedelta(minutes=1)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)
_FIRST_REST = timedelta(seconds=15)
_LONGEST_REST = timedelta(minutes=5)
# After so many tries without an answer a message waits like any other one that failed.
_FREE_TRIES = 2
_LONGEST_ANSWER = 500

NEVER_NOTED = gettext_noop("The worker ended before it could note the answer.")
TOO_LATE = gettext_noop("It could not be sent while it was of any use.")
BROKEN = gettext_noop("The message cannot be put together; the log has the reason.")


def send_due(*, clock: Clock, lease: timedelta = LEASE) -> int:
    """Send what is due, for a minute at most; returns how many messages were taken.

    Safe to run in several workers at once. A channel whose server cannot be reached rests, and its
    messages wait without a try being counted.
    """
    started = clock()
    release_lost(now=started)
    cancel_expired(now=started)
    taken = 0
    for channel in registered():
        if _is_resting(channel, clock()):
            continue
        with channel.open() as line:
            taken += _send_by(channel, line, clock, lease, until=started + TURN)
    return taken


@transaction.atomic
def release_lost(*, now: datetime) -> int:
    """Put back what was claimed by a worker that never told what became of it."""
    lost = list(
        OutgoingMessage.objects.filter(state=MessageState.SENDING, claimed_until__lt=now)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
    )
    for message in lost:
        wait = timedelta(0) if message.attempts <= _FREE_TRIES else _wait(message.attempts)
        _note(message, AttemptOutcome.UNKNOWN, NEVER_NOTED, now)
        message.move_to(MessageState.QUEUED, due_at=now + wait, claimed_until=None)
    return len(lost)


@transaction.atomic
def cancel_expired(*, now: datetime) -> int:
    """Take back what is of no use any more, such as a link that has ended."""
    return OutgoingMessage.objects.filter(state=MessageState.QUEUED, expires_at__lte=now).update(
        state=MessageState.CANCELLED, failure=TOO_LATE, sealed_links=""
    )


@transaction.atomic(durable=True)
def claim(*, channel: Channel, now: datetime, lease: timedelta) -> OutgoingMessage | None:
    """Take the message that has waited longest; others leave it alone until the lease ends."""
    message = (
        _due(channel, now)
        .order_by("due_at", "pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .first()
    )
    if message is not None:
        message.move_to(
            MessageState.SENDING, claimed_until=now + lease, attempts=message.attempts + 1
        )
    return message


def _send_by(
    channel: Channel, line: Line, clock: Clock, lease: timedelta, *, until: datetime
) -> int:
    taken = 0
    while _due(channel, now := clock()).exists():
        if now >= until:
            ring(SEND)
            break
        try:
            line.ready()
        except Unreachable as failure:
            let_rest(channel=channel, failure=str(failure), now=clock())
            break
        message = claim(channel=channel, now=clock(), lease=lease)
        if message is None:
            break
        taken += 1
        _send_one(message, line, clock)
    return taken


def _send_one(message: OutgoingMessage, line: Line, clock: Clock) -> None:
    claimed_until = message.claimed_until
    try:
        line.send(_parcel(message))
    except RefusedForGood as refusal:
        record_refusal(
            message_id=message.pk, claimed_until=claimed_until, answer=str(refusal), now=clock()
        )
    except (RefusedForNow, NoAnswer) as failure:
        outcome = AttemptOutcome.LATER
        if isinstance(failure, NoAnswer):
            outcome = AttemptOutcome.UNKNOWN
        record_delay(
            message_id=message.pk,
            claimed_until=claimed_until,
            outcome=outcome,
            answer=str(failure),
            now=clock(),
        )
    except Exception:
        logger.exception("message cannot be sent", extra={"message_id": message.pk})
        record_refusal(
            message_id=message.pk, claimed_until=claimed_until, answer=BROKEN, now=clock()
        )
    else:
        record_success(message_id=message.pk, now=clock())


@transaction.atomic(durable=True)
def record_success(*, message_id: int, now: datetime) -> None:
    """The other side has the message; that is true even when the claim has run out meanwhile."""
    message = OutgoingMessage.objects.locked().get(pk=message_id)
    if message.state not in (MessageState.SENDING, MessageState.QUEUED):
        return
    _note(message, AttemptOutcome.ACCEPTED, "", now)
    message.move_to(MessageState.SENT, sent_at=now, claimed_until=None, failure="", sealed_links="")
    ChannelRest.objects.filter(channel=message.channel).delete()


@transaction.atomic(durable=True)
def record_refusal(
    *, message_id: int, claimed_until: datetime | None, answer: str, now: datetime
) -> None:
    """The other side will never take it: a person has to look."""
    message = _claimed(message_id, claimed_until)
    if message is not None:
        _note(message, AttemptOutcome.REFUSED, answer, now)
        _park(message, answer)


@transaction.atomic(durable=True)
def record_delay(
    *,
    message_id: int,
    claimed_until: datetime | None,
    outcome: AttemptOutcome,
    answer: str,
    now: datetime,
) -> None:
    """Try again later, each time after a longer wait, until the message has been tried for days."""
    message = _claimed(message_id, claimed_until)
    if message is None:
        return
    _note(message, outcome, answer, now)
    due_at = now + _wait(message.attempts)
    if due_at > message.retry_until:
        _park(message, answer)
    else:
        message.move_to(
            MessageState.QUEUED,
            due_at=due_at,
            claimed_until=None,
            failure=answer[:_LONGEST_ANSWER],
        )


@transaction.atomic
def let_rest(*, channel: Channel, failure: str, now: datetime) -> None:
    """Leave the channel alone for a while, and park what has waited for too long behind it.

    Workers that fail at the same time make one failure: the rest does not grow by their number.
    """
    logger.warning("channel cannot be reached", extra={"channel": channel.code, "why": failure})
    rest, _new = ChannelRest.objects.select_for_update().get_or_create(
        channel=channel.code, defaults={"failing_since": now, "rests_until": now}
    )
    if rest.rests_until > now:
        return
    rest.failure = failure[:_LONGEST_ANSWER]
    rest.rests_until = now + min(_FIRST_REST * 2 ** min(rest.failures, 10), _LONGEST_REST)
    rest.failures = F("failures") + 1
    rest.save(update_fields=["failure", "rests_until", "failures"])
    OutgoingMessage.objects.filter(
        state=MessageState.QUEUED, channel=channel.code, retry_until__lt=now
    ).update(state=MessageState.FAILED, failure=rest.failure)


def _is_resting(channel: Channel, now: datetime) -> bool:
    return ChannelRest.objects.filter(channel=channel.code, rests_until__gt=now).exists()


def _due(channel: Channel, now: datetime):
    return OutgoingMessage.objects.filter(
        state=MessageState.QUEUED, channel=channel.code, due_at__lte=now
    )


def _claimed(message_id: int, claimed_until: datetime | None) -> OutgoingMessage | None:
    """The message, locked, if it is still ours to tell about."""
    return (
        OutgoingMessage.objects.locked()
        .filter(pk=message_id, state=MessageState.SENDING, claimed_until=claimed_until)
        .first()
    )


def _park(message: OutgoingMessage, why: str) -> None:
    logger.warning("message is parked", extra={"message_id": message.pk, "why": why})
    message.move_to(MessageState.FAILED, claimed_until=None, failure=why[:_LONGEST_ANSWER])


def _note(message: OutgoingMessage, outcome: AttemptOutcome, answer: str, now: datetime) -> None:
    MessageAttempt.objects.create(
        message=message, at=now, outcome=outcome, answer=answer[:_LONGEST_ANSWER]
    )


def _wait(attempts: int) -> timedelta:
    """A minute, doubled for each try up to four hours, and up to a fifth longer by chance."""
    wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 20), _LONGEST_WAIT)
    return wait * (1 + secrets.randbelow(1000) / 5000)


def _parcel(message: OutgoingMessage) -> Parcel:
    """The message with its private links and its files. Raises where one of them is gone."""
    text, html = message.with_links()
    attachments = []
    for attachment in message.attachments.select_related("file").order_by("pk"):
        with attachment.file.content.open("rb") as file:
            attachments.append((attachment.name, file.read(), attachment.file.media_type))
    return Parcel(
        recipient_name=message.recipient_name,
        recipient_address=message.recipient_address,
        language=message.language,
        subject=message.subject,
        text=text,
        html=html,
        message_id=message.message_id,
        thread=message.thread,
        attachments=tuple(attachments),
    )
