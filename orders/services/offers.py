"""Offers: written by the office, decided by the customer, turned into orders.

Each function is one transaction under the locks of order, offer and, where it moves the request,
request, in this order. A version that was sent never changes; whoever decides names the version and
its fingerprint as they saw them, so an approval can only be of exactly that.

Who sends an offer has handled its request; an offer that is called back or asked to be changed puts
the request back among what is to be handled.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import audit, company
from orders import offering, pricing
from orders.contents import way_in
from orders.models import Offer, OfferDecision, OfferLine, OfferVersion, Order, OrderEvent
from orders.offering import NotOnOffer
from orders.services import handling
from orders.services.offer_texts import texts_for
from orders.states import EventKind, OfferState, OrderOrigin, OrderStatus, RequestKind
from portal.lib.dates import end_of
from portal.lib.errors import DomainError
from portal.lib.money import money_text
from portal.lib.papers import fingerprint

__all__ = [
    "AlreadyDecided",
    "Decider",
    "LineInput",
    "NotOnOffer",
    "NotReady",
    "OfferEnded",
    "OtherTotal",
    "Stale",
    "Terms",
    "approve",
    "ask_for_change",
    "begin",
    "call_back",
    "decline",
    "expire_due",
    "last_decision",
    "save_draft",
    "sellers_day",
    "send",
    "take_back",
    "version_before",
]

VALID_DAYS = 14


class Stale(DomainError):
    """Somebody else has saved the draft, or sent it, since it was opened."""

    user_message = _("Somebody else has changed this offer meanwhile.")


class NotReady(DomainError):
    """The draft cannot go out: no lines, no recipient, a last day that is over, an order that is
    cancelled."""

    user_message = _("The offer cannot be sent yet.")

    def __init__(self, reason: Any):
        super().__init__(str(reason))
        self.user_message = reason


class OfferEnded(DomainError):
    """The version cannot be decided about: replaced, called back, or past its last day."""

    user_message = _("This version of the offer is not valid any more.")


class OtherTotal(DomainError):
    """The chosen options come to another total than the one that was seen."""

    def __init__(self, total: Decimal, currency: str):
        super().__init__(f"{total} {currency}")
        self.user_message = _(
            "With these options the total is %(total)s. Approve it once more."
        ) % {"total": money_text(total, currency)}


class AlreadyDecided(DomainError):
    """The offer was approved, declined or ordered before; `decision` says by whom and when."""

    user_message = _("This offer has been decided about already.")

    def __init__(self, message: str, decision: OfferDecision | None = None):
        super().__init__(message)
        self.decision = decision


@dataclass(frozen=True, kw_only=True, slots=True)
class LineInput:
    """A line as the office writes it; its position is its place in the list, from 1."""

    description: str
    quantity: Decimal
    unit: str = ""
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    kind: str = OfferLine.Kind.INCLUDED
    instead_of: int | None = None
    product_id: int | None = None
    product_number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a version says beside its lines. `valid_on` is the last day."""

    valid_on: date
    language: str
    send_to: str = ""
    remind_days: int | None = None
    text: str = ""
    terms: str = ""
    closing: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decider:
    """Who decides, as evidence: the name typed, the address written to, the user signed in."""

    name: str
    email: str = ""
    user_id: int | None = None
    address: str | None = None


@transaction.atomic
def begin(*, order_id: int, user_id: int | None, now: datetime) -> OfferVersion:
    """The draft of the offer; where there is none, a copy of the last version, or a first one.

    A first one has the lines of the order, and the office's texts in the customer's language.

    Raises AlreadyDecided once orders exist, and NotReady for what is not an offer request, or was
    cancelled by other means than its offer.
    """
    order, offer = _locked(order_id)
    if offer is not None and offer.state == OfferState.ORDERED:
        raise AlreadyDecided(f"orders were made of offer {order_id}")
    _check_offerable(order, offer)
    if offer is None:
        offer = Offer.objects.create(order=order)
    draft = offer.versions.filter(sent_at=None).first()
    if draft is not None:
        return draft
    last = offer.versions.order_by("-number").first()
    draft = OfferVersion(
        offer=offer,
        number=last.number + 1 if last else 1,
        currency=order.currency,
        valid_on=sellers_day(now) + timedelta(days=VALID_DAYS),
        language=order.request.language,
        send_to=order.request.contact_email,
        saved_at=now,
        saved_by_id=user_id,
    )
    if last is None:
        texts = texts_for(order_type_id=order.request.order_type_id, language=draft.language)
        draft.text, draft.terms, draft.closing = texts.text, texts.terms, texts.closing
        lines = [_line_of_order(line) for line in order.lines.order_by("position")]
    else:
        draft.text, draft.terms, draft.closing = last.text, last.terms, last.closing
        draft.remind_days, draft.language, draft.send_to = (
            last.remind_days,
            last.language,
            last.send_to,
        )
        lines = [_line_of_version(line) for line in last.lines.order_by("position")]
    draft.save()
    draft.net_amount, draft.vat_amount, draft.gross_amount = _write_lines(draft, lines)
    draft.save(update_fields=["net_amount", "vat_amount", "gross_amount"])
    return draft


@transaction.atomic
def save_draft(
    *,
    order_id: int,
    revision: int,
    lines: Sequence[LineInput],
    terms: Terms,
    user_id: int | None,
    now: datetime,
) -> OfferVersion:
    """Write the draft anew; lines of products stay theirs, by the product's number.

    Raises Stale when its revision is not the one that was opened.
    """
    _order, draft = _draft(order_id, revision)
    products = dict(draft.lines.exclude(product=None).values_list("product_number", "product"))
    for name, value in asdict(terms).items():
        setattr(draft, name, value)
    draft.revision += 1
    draft.saved_at, draft.saved_by_id = now, user_id
    draft.lines.all().delete()
    lines = [replace(line, product_id=products.get(line.product_number)) for line in lines]
    sums = _write_lines(draft, lines)
    draft.net_amount, draft.vat_amount, draft.gross_amount = sums
    draft.save()
    return draft


@transaction.atomic
def send(*, order_id: int, revision: int, user_id: int | None, now: datetime) -> OfferVersion:
    """Freeze the draft and put it before the customer; the version before it can't be approved now.

    Raises Stale, NotReady, and AlreadyDecided while an approval stands: it has to be taken back
    first. Printing and mailing are for the caller, in the same transaction.
    """
    order, draft = _draft(order_id, revision)
    offer = draft.offer
    if offer.state in (OfferState.APPROVED, OfferState.ORDERED):
        raise AlreadyDecided(f"offer {order_id} is {offer.state}", last_decision(offer))
    _check_offerable(order, offer)
    lines = list(draft.lines.order_by("position"))
    if not any(line.kind == OfferLine.Kind.INCLUDED for line in lines):
        raise NotReady(_("Give at least one line that is included."))
    alternatives = {line.position for line in lines if line.kind == OfferLine.Kind.ALTERNATIVE}
    if any(line.instead_of in alternatives for line in lines):
        raise NotReady(_("An alternative cannot take the place of another alternative."))
    if not draft.send_to:
        raise NotReady(_("Say to which address the offer goes."))
    ends_at = end_of(draft.valid_on, _zone())
    if ends_at <= now:
        raise NotReady(_("The last day of the offer is over."))
    draft.sent_at, draft.sent_by_id = now, user_id
    draft.net_amount, draft.vat_amount, draft.gross_amount = offering.worth(
        lines, currency=draft.currency
    )
    draft.way = way_in(order)
    draft.fingerprint = _fingerprint(order, draft, lines)
    draft.save()

    offer.state, offer.live, offer.ends_at = OfferState.SENT, draft, ends_at
    offer.remind_at = _reminder(draft, ends_at, now)
    offer.save(update_fields=["state", "live", "ends_at", "remind_at"])
    _tell(order, EventKind.OFFERED, OrderOrigin.OFFICE, now, f"v{draft.number}")
    # A declined or ended offer had cancelled its order.
    order.events.filter(kind=EventKind.CANCELLED).delete()
    order.move_to(OrderStatus.OFFERED)
    order.save(update_fields=["status"])
    if user_id is not None:
        handling.handle(order_id=order.pk, user_id=user_id, now=now)
    audit.record(
        kind="offer_sent",
        subject=order.number,
        customer_id=order.customer_id,
        after={"version": draft.number},
        now=now,
    )
    return draft


@transaction.atomic
def approve(
    *,
    order_id: int,
    version: int,
    seen: str,
    chosen: Collection[int] = (),
    total: str,
    decider: Decider,
    customer_reference: str = "",
    comment: str = "",
    now: datetime,
) -> OfferDecision:
    """Approve exactly the version whose fingerprint was `seen`, with the chosen options.

    `total` is the total that was seen, as a plain decimal number. Raises OtherTotal when the
    options come to another one, OfferEnded for any other version and past the last day,
    AlreadyDecided for one that is approved already (with the decision, so that the page can say by
    whom), NotOnOffer.
    """
    order, offer, live = _decidable(order_id, version, seen, now)
    sums = offering.worth(list(live.lines.order_by("position")), chosen, currency=live.currency)
    if total != f"{sums.gross:f}":
        raise OtherTotal(sums.gross, live.currency)
    decision = _decide(
        order,
        live,
        OfferDecision.Kind.APPROVED,
        decider=decider,
        chosen=sorted(chosen),
        sums=sums,
        customer_reference=customer_reference,
        comment=comment,
        now=now,
    )
    offer.state, offer.remind_at = OfferState.APPROVED, None
    offer.save(update_fields=["state", "remind_at"])
    if customer_reference:
        order.customer_reference = customer_reference
    order.move_to(OrderStatus.APPROVED)
    order.save(update_fields=["status", "customer_reference"])
    _tell(order, EventKind.APPROVED, _origin(decider), now, decider.name)
    return decision


@transaction.atomic
def decline(
    *, order_id: int, version: int, seen: str, decider: Decider, comment: str, now: datetime
) -> OfferDecision:
    """Decline the version, with a reason; the order stays as cancelled. Raises as `approve`."""
    order, offer, live = _decidable(order_id, version, seen, now)
    decision = _decide(
        order, live, OfferDecision.Kind.DECLINED, decider=decider, comment=comment, now=now
    )
    offer.state, offer.remind_at = OfferState.DECLINED, None
    offer.save(update_fields=["state", "remind_at"])
    order.move_to(OrderStatus.CANCELLED)
    order.save(update_fields=["status"])
    _tell(order, EventKind.CANCELLED, _origin(decider), now, comment)
    return decision


@transaction.atomic
def ask_for_change(
    *, order_id: int, version: int, seen: str, decider: Decider, comment: str, now: datetime
) -> OfferDecision:
    """Ask the office for another version, in words; this one cannot be approved meanwhile.

    The office has to see to it: the request is to be handled again. Raises as `approve`.
    """
    order, offer, live = _decidable(order_id, version, seen, now)
    decision = _decide(
        order, live, OfferDecision.Kind.CHANGE_ASKED, decider=decider, comment=comment, now=now
    )
    offer.state, offer.remind_at = OfferState.CHANGE_ASKED, None
    offer.save(update_fields=["state", "remind_at"])
    handling.unhandle(order_id=order.pk, now=now)
    return decision


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
    """Undo the approval of the version whose fingerprint was `seen`, until orders exist.

    The customer or the office may. The version is with the customer again as long as it is valid.
    Taking back what is not approved changes nothing and gives None; raises AlreadyDecided once
    orders exist, and OfferEnded when another version is the approved one meanwhile.
    """
    order, offer = _locked(order_id)
    if offer is None or offer.live is None or offer.state == OfferState.ORDERED:
        raise AlreadyDecided(f"orders were made of offer {order_id}")
    if offer.state != OfferState.APPROVED:
        return None
    if (offer.live.number, offer.live.fingerprint) != (version, seen):
        raise OfferEnded(f"offer {order_id}: version {version} is not the approved one")
    approval = last_decision(offer)
    decision = _decide(
        order,
        offer.live,
        OfferDecision.Kind.TAKEN_BACK,
        decider=decider,
        # It names what it undoes.
        chosen=approval.chosen if approval else (),
        sums=_sums_of(approval) if approval else None,
        comment=comment,
        now=now,
    )
    offer.state = OfferState.SENT
    offer.save(update_fields=["state"])
    order.events.filter(kind=EventKind.APPROVED).delete()
    order.move_to(OrderStatus.OFFERED)
    order.save(update_fields=["status"])
    return decision


@transaction.atomic
def call_back(*, order_id: int, now: datetime) -> Offer:
    """The office takes an offer that is out off the table; its request is to be handled again.

    Repeatable; raises AlreadyDecided.
    """
    order, offer = _locked(order_id)
    if offer is None or offer.state in (OfferState.APPROVED, OfferState.ORDERED):
        raise AlreadyDecided(f"offer {order_id}", last_decision(offer) if offer else None)
    if offer.state not in (OfferState.SENT, OfferState.CHANGE_ASKED):
        return offer
    offer.state, offer.remind_at = OfferState.CALLED_BACK, None
    offer.save(update_fields=["state", "remind_at"])
    order.events.filter(kind=EventKind.OFFERED).delete()
    order.move_to(OrderStatus.REQUESTED)
    order.save(update_fields=["status"])
    handling.unhandle(order_id=order.pk, now=now)
    audit.record(
        kind="offer_called_back",
        subject=order.number,
        customer_id=order.customer_id,
        now=now,
    )
    return offer


def sellers_day(now: datetime) -> date:
    """The day by the seller's clocks, which offers begin and end by."""
    return now.astimezone(_zone()).date()


def version_before(version: OfferVersion) -> OfferVersion | None:
    """The version that the customer got before this one."""
    earlier = OfferVersion.objects.filter(offer=version.offer_id, number__lt=version.number)
    return earlier.exclude(sent_at=None).order_by("-number").first()


def last_decision(offer: Offer) -> OfferDecision | None:
    """What was said last to any version of it, with the version and who said it."""
    found = OfferDecision.objects.filter(version__offer=offer).select_related("version", "user")
    return found.order_by("-decided_at", "-pk").first()


def expire_due(*, now: datetime, tell: Callable[[OfferVersion], object], limit: int = 500) -> int:
    """End the offers whose last day is over, each in a transaction of its own; how many.

    `tell` writes to the customer in the same transaction.
    """
    due = Offer.objects.filter(state=OfferState.SENT, ends_at__lte=now).order_by("ends_at")
    ended = 0
    for order_id in list(due.values_list("order_id", flat=True)[:limit]):
        with transaction.atomic():
            order, offer = _locked(order_id)
            if (
                offer is None
                or offer.live is None
                or offer.state != OfferState.SENT
                or offer.ends_at is None
                or offer.ends_at > now
            ):
                continue
            offer.state, offer.remind_at = OfferState.EXPIRED, None
            offer.save(update_fields=["state", "remind_at"])
            order.move_to(OrderStatus.CANCELLED)
            order.save(update_fields=["status"])
            _tell(order, EventKind.CANCELLED, OrderOrigin.OFFICE, now, "")
            audit.record(
                kind="offer_ended", subject=order.number, customer_id=order.customer_id, now=now
            )
            tell(offer.live)
            ended += 1
    return ended


def _locked(order_id: int) -> tuple[Order, Offer | None]:
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    offer = Offer.objects.locked().filter(pk=order_id).first()
    return order, offer


def _draft(order_id: int, revision: int) -> tuple[Order, OfferVersion]:
    order, offer = _locked(order_id)
    draft = offer.versions.filter(sent_at=None).first() if offer else None
    if draft is None or draft.revision != revision:
        raise Stale(f"offer {order_id}: revision {revision}")
    return order, draft


def _check_offerable(order: Order, offer: Offer | None) -> None:
    """What was declined or has ended may be offered again; a cancellation is not undone by that."""
    if order.request.kind != RequestKind.OFFER:
        raise NotReady(_("This is an order. Turn it into an offer request first."))
    is_ended_offer = offer is not None and offer.state in (OfferState.DECLINED, OfferState.EXPIRED)
    if order.is_removed or (order.status == OrderStatus.CANCELLED and not is_ended_offer):
        raise NotReady(_("It is cancelled."))


def _decidable(
    order_id: int, version: int, seen: str, now: datetime
) -> tuple[Order, Offer, OfferVersion]:
    """The live version, when it is the one that was seen and can still be decided about."""
    order, offer = _locked(order_id)
    if offer is None or offer.live is None or offer.live.number != version:
        raise OfferEnded(f"offer {order_id}: version {version} is not the live one")
    if offer.state in (OfferState.APPROVED, OfferState.DECLINED, OfferState.ORDERED):
        raise AlreadyDecided(f"offer {order_id} is {offer.state}", last_decision(offer))
    is_over = offer.ends_at is None or offer.ends_at <= now
    if offer.state != OfferState.SENT or is_over or offer.live.fingerprint != seen:
        raise OfferEnded(f"offer {order_id}: version {version} is {offer.state}")
    return order, offer, offer.live


def _decide(
    order: Order,
    version: OfferVersion,
    kind: OfferDecision.Kind,
    *,
    decider: Decider,
    now: datetime,
    chosen: Sequence[int] = (),
    sums: pricing.Sums | None = None,
    customer_reference: str = "",
    comment: str = "",
) -> OfferDecision:
    net, vat, gross = sums or (version.net_amount, version.vat_amount, version.gross_amount)
    audit.record(
        kind="offer_decided",
        subject=order.number,
        customer_id=order.customer_id,
        after={
            "version": version.number,
            "decision": str(kind),
            "name": decider.name,
            "total": f"{gross} {version.currency}",
        },
        now=now,
    )
    return OfferDecision.objects.create(
        version=version,
        kind=kind,
        decided_at=now,
        fingerprint=version.fingerprint,
        chosen=list(chosen),
        net_amount=net,
        vat_amount=vat,
        gross_amount=gross,
        customer_reference=customer_reference,
        comment=comment,
        name=decider.name,
        email=decider.email,
        user_id=decider.user_id,
        address=decider.address,
    )


def _sums_of(decision: OfferDecision) -> pricing.Sums:
    return pricing.Sums(decision.net_amount, decision.vat_amount, decision.gross_amount)


def _write_lines(version: OfferVersion, lines: Sequence[LineInput]) -> pricing.Sums:
    rows = [
        OfferLine(
            version=version,
            position=position,
            net_amount=pricing.net_of(
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount_percent=line.discount_percent,
                currency=version.currency,
            ),
            **asdict(line),
        )
        for position, line in enumerate(lines, start=1)
    ]
    OfferLine.objects.bulk_create(rows)
    return offering.worth(rows, currency=version.currency)


def _line_of_order(line: Any) -> LineInput:
    return LineInput(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        vat_rate=line.vat_rate,
        product_id=line.product_id,
        product_number=line.product_number,
    )


def _line_of_version(line: OfferLine) -> LineInput:
    return LineInput(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        vat_rate=line.vat_rate,
        kind=line.kind,
        instead_of=line.instead_of,
        product_id=line.product_id,
        product_number=line.product_number,
    )


def _fingerprint(order: Order, version: OfferVersion, lines: Sequence[OfferLine]) -> str:
    """Of everything that binds: another price, day, word or way is another fingerprint."""
    return fingerprint(
        [
            order.number,
            version.number,
            version.currency,
            version.valid_on,
            version.text,
            version.terms,
            version.way,
            # Versions that were sent before there were closing texts keep their fingerprints.
            *([version.closing] if version.closing else []),
            *(
                [
                    line.position,
                    line.kind,
                    line.instead_of,
                    line.product_number,
                    line.description,
                    line.quantity,
                    line.unit,
                    line.unit_price,
                    line.discount_percent,
                    line.vat_rate,
                    line.net_amount,
                ]
                for line in lines
            ),
        ]
    )


def _reminder(version: OfferVersion, ends_at: datetime, now: datetime) -> datetime | None:
    """When to remind: so many days before the end, or not at all when that is over already."""
    if version.remind_days is None:
        return None
    remind_at = ends_at - timedelta(days=version.remind_days)
    return remind_at if remind_at > now else None


def _tell(order: Order, kind: EventKind, origin: OrderOrigin, now: datetime, detail: str) -> None:
    """A station of the story; told again, the last time counts."""
    OrderEvent.objects.update_or_create(
        order=order,
        kind=kind,
        origin=origin,
        defaults={"happened_at": now, "detail": detail[:200]},
    )


def _origin(decider: Decider) -> OrderOrigin:
    return OrderOrigin.PORTAL if decider.user_id else OrderOrigin.WEB


def _zone() -> ZoneInfo:
    return ZoneInfo(company.current().time_zone)
