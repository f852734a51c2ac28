"""Telling people about offers: sending them out, reminding, and noting decisions.

Each function is one transaction and calls `offers` inside it, so nothing is sent that is not done.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.messaging import MessageKind, Recipient
from accounts.models import PrivateLink
from accounts.services import notify, private_links
from orders.kinds import (
    OFFER_CALLED_BACK,
    OFFER_DECIDED,
    OFFER_ENDED,
    OFFER_ENDS,
    OFFER_SENT,
    ORDERS_MADE,
)
from orders.models import Offer, OfferDecision, OfferVersion, Order
from orders.offer_lines import called
from orders.purposes import OFFER
from orders.services import offers, papers, sending
from orders.services.offers import Decider
from orders.states import OfferState
from portal.lib.money import money_text

__all__ = [
    "call_back",
    "expire_due",
    "remind_due",
    "send",
    "take_back",
    "tell_of",
    "tell_of_orders",
]

OUT = (OfferState.SENT, OfferState.CHANGE_ASKED)
# After its last day a link still says what became of the offer.
LINK_OUTLIVES = timedelta(days=90)
# A mail is to be read at a glance.
MOST_LINES = 20


@transaction.atomic
def send(*, order_id: int, revision: int, user_id: int | None, now: datetime) -> OfferVersion:
    """Send the draft: freeze it, have it printed, and mail its private link. Raises as `offers`."""
    version = offers.send(order_id=order_id, revision=revision, user_id=user_id, now=now)
    _end_links(order_id, but_of=version.send_to, now=now)
    papers.want_offer(version=version, now=now)
    _mail(OFFER_SENT, version, now=now)
    return version


@transaction.atomic
def call_back(*, order_id: int, now: datetime) -> Offer:
    """Take an offer off the table: its links open nothing any more, and the customer is told.

    Called back again nothing is told again. Raises as `offers`.
    """
    Order.objects.locked().get(pk=order_id)
    was_out = Offer.objects.filter(pk=order_id, state__in=OUT).exists()
    offer = offers.call_back(order_id=order_id, now=now)
    _end_links(order_id, but_of="", now=now)
    if was_out and offer.live is not None:
        _write(OFFER_CALLED_BACK, offer.live, {"version": offer.live.number}, now=now)
    return offer


@transaction.atomic
def tell_of_orders(orders: Sequence[Order], *, now: datetime) -> None:
    """Tell whoever ordered which orders were made of the offer; they are not confirmed yet."""
    first = orders[0]
    notify.compose(
        ORDERS_MADE,
        to=[sending.contact_of(first.request)],
        context={
            "number": first.number,
            "orders": [(order.number, _way(order)) for order in orders],
            "link": sending.follow_link(first.request, now=now),
        },
        customer_id=first.customer_id,
        thread=f"order-{first.number}",
        now=now,
    )


def _way(order: Order) -> str:
    cities = order.stops.order_by("position").values_list("city", flat=True)
    return " \N{RIGHTWARDS ARROW} ".join(dict.fromkeys(filter(None, cities)))


def expire_due(*, now: datetime, limit: int = 500) -> int:
    """End the offers whose last day is over and tell their customers; how many."""
    return offers.expire_due(
        now=now, tell=lambda version: _mail(OFFER_ENDED, version, now=now), limit=limit
    )


@transaction.atomic
def take_back(
    *,
    order_id: int,
    version: int,
    seen: str,
    decider: Decider,
    comment: str = "",
    now: datetime,
) -> OfferDecision | None:
    """Undo an approval and tell everybody concerned; nothing is told when nothing was undone."""
    decision = offers.take_back(
        order_id=order_id, version=version, seen=seen, decider=decider, comment=comment, now=now
    )
    if decision is not None:
        tell_of(decision, now=now)
    return decision


@transaction.atomic
def tell_of(decision: OfferDecision, *, now: datetime) -> None:
    """Confirm a decision to whom the offer was sent, and to whoever decided."""
    version = decision.version
    order = version.offer.order
    contact = order.request
    names = {contact.contact_email: contact.contact_name, decision.email: decision.name}
    addresses = dict.fromkeys(filter(None, (version.send_to, decision.email)))
    recipients = {
        email: Recipient(email=email, name=names.get(email, ""), language=version.language)
        for email in addresses
    }
    if decision.user is not None and decision.user.email == decision.email:
        recipients[decision.email] = Recipient.of(decision.user)
    notify.compose(
        OFFER_DECIDED,
        to=list(recipients.values()),
        context={
            "number": order.number,
            "version": version.number,
            "decision": decision.get_kind_display,
            "total": lambda: money_text(decision.gross_amount, version.currency),
            "options": lambda: _lines_of(version, decision.chosen),
            "who": decision.name,
            "comment": decision.comment,
        },
        customer_id=order.customer_id,
        thread=f"order-{order.number}",
        now=now,
    )


def remind_due(*, now: datetime, limit: int = 500) -> int:
    """Remind of offers that end soon, each once and in a transaction of its own; how many."""
    due = Offer.objects.filter(state=OfferState.SENT, remind_at__lte=now).order_by("remind_at")
    reminded = 0
    for order_id in list(due.values_list("order_id", flat=True)[:limit]):
        with transaction.atomic():
            offer = Offer.objects.locked().select_related(None).get(pk=order_id)
            is_due = offer.state == OfferState.SENT and offer.remind_at and offer.remind_at <= now
            if not is_due or offer.live is None or not offer.ends_at or offer.ends_at <= now:
                continue
            offer.remind_at = None
            offer.save(update_fields=["remind_at"])
            _mail(OFFER_ENDS, offer.live, now=now)
            reminded += 1
    return reminded


def _end_links(order_id: int, *, but_of: str, now: datetime) -> None:
    """End the links that went to other addresses: they would open a version not meant for them."""
    links = PrivateLink.objects.filter(purpose=OFFER, data__order=order_id).exclude(email=but_of)
    for email in set(links.values_list("email", flat=True)):
        private_links.withdraw(purpose=OFFER, data__order=order_id, email=email, now=now)


def _mail(kind: MessageKind, version: OfferVersion, *, now: datetime) -> None:
    order = version.offer.order
    token = private_links.issue(
        purpose=OFFER,
        lifetime=_days_until(version.valid_on, now) + LINK_OUTLIVES,
        email=version.send_to,
        customer_id=order.customer_id,
        data={"order": order.pk},
        now=now,
    )
    context = {
        "version": version.number,
        "total": lambda: money_text(version.gross_amount, version.currency),
        "valid_until": version.valid_on,
        "link": private_links.address_of(token),
    }
    if "lines" in kind.placeholders:
        context["lines"] = lambda: _lines_of(version)
    _write(kind, version, context, now=now)


def _write(
    kind: MessageKind, version: OfferVersion, context: dict[str, Any], *, now: datetime
) -> None:
    """Write to whom the version was sent."""
    order = version.offer.order
    notify.compose(
        kind,
        to=[
            Recipient(
                email=version.send_to, name=order.request.contact_name, language=version.language
            )
        ],
        context={"number": order.number, **context},
        customer_id=order.customer_id,
        thread=f"order-{order.number}",
        now=now,
    )


def _lines_of(
    version: OfferVersion, positions: Collection[int] | None = None
) -> list[tuple[str, str]]:
    """All lines, or those at the positions, under the numbers that alternatives and people say."""
    lines = list(version.lines.order_by("position"))
    if positions is not None:
        lines = [line for line in lines if line.position in positions]
    rows = [
        (
            _("Line %(number)s") % {"number": line.position},
            f"{called(line)}: {money_text(line.net_amount, version.currency)}",
        )
        for line in lines[:MOST_LINES]
    ]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        rows.append(("…", _("%(number)s more on the page of the offer") % {"number": more}))
    return rows


def _days_until(day: date, now: datetime) -> timedelta:
    return max(day - now.date(), timedelta(0))
