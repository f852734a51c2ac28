"""Changes and cancellations after an order was sent: proposals that the office answers.

Each function is one transaction under the locks of order, offer, request and proposal, in this
order, asking under the customer's before them; so of an answer and a withdrawal at the same moment
one comes first, and the other is told. Nothing changes the order but an acceptance.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.document_sources import DocumentSource, Letter
from accounts.messaging import MessageKind, Recipient
from accounts.models import Customer, FiledDocument, SendingItem, User
from accounts.sections import Section
from accounts.services import audit, merging, notify
from accounts.services import sending as documents
from orders import contents, pricing
from orders.contents import Content
from orders.differences import Told, differences, in_words
from orders.kinds import (
    ORDER_CANCELLED,
    ORDER_CHANGE_ACCEPTED,
    ORDER_CHANGE_ASKED,
    ORDER_CHANGE_REFUSED,
    ORDER_CHANGE_WITHDRAWN,
    PRIVATE,
)
from orders.models import (
    Offer,
    Order,
    OrderAttachment,
    OrderChange,
    OrderDocument,
    OrderEvent,
    OrderLine,
    OrderRequest,
    Product,
)
from orders.services import confirming, handling, papers, requests, sending
from orders.services.sending import MayNotOrder
from orders.states import (
    ChangeKind,
    ChangeState,
    EventKind,
    OrderOrigin,
    OrderStatus,
)
from orders.wishes import ProductWish
from portal.lib.errors import DomainError
from portal.lib.links import absolute

__all__ = [
    "SOURCE",
    "AlreadyAnswered",
    "Asker",
    "GoneOn",
    "Moved",
    "NothingDifferent",
    "TooLate",
    "accept",
    "ask_for_cancellation",
    "ask_for_change",
    "has_moved",
    "may_ask",
    "refuse",
    "withdraw",
]


class TooLate(DomainError):
    """The cut-off is over, or the order has gone further than changes go."""

    user_message = _("This order cannot be changed here any more. Call us.")


class GoneOn(TooLate):
    """The office cannot accept what was asked for."""

    user_message = _("The order has gone on, so this cannot be accepted. Refuse it and say so.")


class NothingDifferent(DomainError):
    user_message = _("Nothing is different from the order as it stands.")


class Moved(DomainError):
    """The order is not any more what it was when the change was written."""

    user_message = _("The order has changed meanwhile. Look at it again.")


class AlreadyAnswered(DomainError):
    """The proposal was accepted, refused or withdrawn before; `change` says when and by whom."""

    user_message = _("This was answered or withdrawn meanwhile.")

    def __init__(self, change: OrderChange):
        super().__init__(f"{change}")
        self.change = change


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, as evidence: the name, the address written to, the user or the private link.

    The user is the person of the request: staff who act as a customer may what that opens.
    """

    name: str
    email: str = ""
    user: User | None = None
    link_id: int | None = None
    address: str | None = None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None


def may_ask(order: Order, request: OrderRequest, *, now: datetime) -> bool:
    """Whether a change or cancellation may be asked for now.

    Until the cut-off; without one, until the order is planned.
    """
    is_in_time = request.cut_off_at is None or now < request.cut_off_at
    return order.is_changeable and is_in_time


def has_moved(change: OrderChange) -> bool:
    """Whether the order is not any more what it was when the change was asked for."""
    if change.is_cancellation:
        return False
    order = change.order
    return bool(contents.content_of(order, order.request) != change.before)


@transaction.atomic
def ask_for_change(
    *,
    order_id: int,
    wish: Content,
    seen: str,
    reason: str,
    files: Sequence[tuple[int, str]] = (),
    asker: Asker,
    now: datetime,
) -> OrderChange:
    """Propose that the order be as in the wish; an open proposal of before is withdrawn.

    `seen` is the fingerprint of the content that the wish was made from. `files` are kept files and
    their names: they are with the order at once and stay, whatever becomes of the proposal, and the
    proposal names them. Sent twice it is one proposal. Raises TooLate, Moved,
    NothingDifferent and MayNotOrder.
    """
    customer = _check_right(order_id, asker)
    if customer.takes_no_orders:
        raise MayNotOrder(f"customer {customer.pk} may not order")
    order, request = _askable(order_id, now)
    before = contents.content_of(order, request)
    if contents.fingerprint_of(before) != seen:
        raise Moved(f"order {order_id} is not what was seen")
    if before == wish and not files:
        raise NothingDifferent(f"order {order_id}")
    if files:
        wish = wish | {"files": [{"name": name} for _file, name in files]}
    OrderAttachment.objects.bulk_create(
        [
            OrderAttachment(
                order=order, file_id=file_id, name=name, added_at=now, added_by_id=asker.user_id
            )
            for file_id, name in files
        ],
        ignore_conflicts=True,
    )
    return _ask(
        order,
        ChangeKind.CHANGE,
        before=before,
        wish=wish,
        reason=reason,
        asker=asker,
        now=now,
    )


@transaction.atomic
def ask_for_cancellation(*, order_id: int, reason: str, asker: Asker, now: datetime) -> OrderChange:
    """Propose that the order be cancelled; an open proposal of before is withdrawn.

    Sent twice it is one proposal. Raises TooLate and MayNotOrder.
    """
    _check_right(order_id, asker)
    order, _request = _askable(order_id, now)
    return _ask(order, ChangeKind.CANCEL, reason=reason, asker=asker, now=now)


@transaction.atomic
def withdraw(*, order_id: int, change_id: int, user_id: int | None, now: datetime) -> OrderChange:
    """The customer takes the proposal back. Repeatable; raises AlreadyAnswered by the office."""
    order, _offer, _request, change = _locked(order_id, change_id)
    if change.state == ChangeState.WITHDRAWN:
        return change
    if not change.is_open:
        raise AlreadyAnswered(change)
    return _withdraw(order, change, user_id=user_id, now=now)


@transaction.atomic
def accept(
    *, order_id: int, change_id: int, user_id: int, answer: str = "", now: datetime
) -> OrderChange:
    """Change or cancel the order as proposed, and tell who asked.

    Where the order is confirmed, the mail goes with the confirmation as it is then, when the worker
    has printed it; somebody else who ordered gets the confirmation too.

    The cut-off does not bind the office. Prices stay, but for products that were ordered at the
    register's: they go with their quantities. Accepted again, it is the acceptance of before.
    Raises AlreadyAnswered, Moved, TooLate for an order that has gone on, and NotForSale.
    """
    order, _offer, request, change = _locked(order_id, change_id)
    if change.state == ChangeState.ACCEPTED:
        return change
    _check_open(change)
    if not order.is_changeable:
        raise GoneOn(f"order {order} is {order.status}")
    if change.is_cancellation:
        order.move_to(OrderStatus.CANCELLED)
        order.save(update_fields=["status"])
        _tell(order, EventKind.CANCELLED, change.reason, now)
        handling.handle(order_id=order.pk, user_id=user_id, now=now)
    else:
        if contents.content_of(order, request) != change.before:
            raise Moved(f"order {order} is not what was asked to be changed")
        _apply(order, request, change.contents[1])
        _tell(order, EventKind.CHANGED, change.name, now)
    _answer(change, ChangeState.ACCEPTED, user_id=user_id, answer=answer, now=now)
    _note(
        "order_cancelled" if change.is_cancellation else "order_change_accepted",
        order,
        change,
        now=now,
    )
    if change.is_cancellation:
        _mail(ORDER_CANCELLED, order, request, change, now=now)
    elif papers.may_confirm(order):
        _send_confirmation(order, request, change, user_id=user_id, now=now)
    else:
        _mail(ORDER_CHANGE_ACCEPTED, order, request, change, now=now)
    return change


@transaction.atomic
def refuse(
    *, order_id: int, change_id: int, user_id: int, answer: str, now: datetime
) -> OrderChange:
    """Leave the order as it is and tell who asked why. Repeatable; raises AlreadyAnswered."""
    order, _offer, request, change = _locked(order_id, change_id)
    if change.state == ChangeState.REFUSED:
        return change
    _check_open(change)
    _answer(change, ChangeState.REFUSED, user_id=user_id, answer=answer, now=now)
    _note("order_change_refused", order, change, now=now)
    _mail(ORDER_CHANGE_REFUSED, order, request, change, now=now)
    return change


def _locked(order_id: int, change_id: int) -> tuple[Order, Offer | None, OrderRequest, OrderChange]:
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    offer = Offer.objects.locked().filter(pk=order_id).first()
    request = OrderRequest.objects.locked().get(pk=order_id)
    return order, offer, request, OrderChange.objects.locked().get(pk=change_id, order=order)


def _check_right(order_id: int, asker: Asker) -> Customer:
    """Lock the customer, so that nobody takes the member's right away meanwhile; a private link is
    its own right."""
    customer_id = Order.objects.values_list("customer_id", flat=True).get(pk=order_id)
    customer = merging.lock_standing(customer_id)
    if asker.user is not None:
        sending.check_right(asker.user, customer.pk)
    return customer


def _askable(order_id: int, now: datetime) -> tuple[Order, OrderRequest]:
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    request = OrderRequest.objects.locked().get(pk=order_id)
    if not may_ask(order, request, now=now):
        raise TooLate(f"order {order} is {order.status}, cut-off {request.cut_off_at}")
    return order, request


def _ask(
    order: Order,
    kind: ChangeKind,
    *,
    before: Content | None = None,
    wish: Content | None = None,
    reason: str,
    asker: Asker,
    now: datetime,
) -> OrderChange:
    standing = OrderChange.objects.open().locked().filter(order=order).first()
    if standing is not None:
        same = (kind, wish, reason, asker.user_id, asker.link_id)
        if same == (
            standing.kind,
            standing.wish,
            standing.reason,
            standing.user_id,
            standing.link_id,
        ):
            return standing
        # Who asks anew learns it from the mail about that.
        is_same_person = standing.email.casefold() == asker.email.casefold()
        _withdraw(order, standing, user_id=asker.user_id, tells=not is_same_person, now=now)
    change = OrderChange.objects.create(
        order=order,
        kind=kind,
        before=before,
        wish=wish,
        reason=reason,
        asked_at=now,
        name=asker.name[:200],
        email=asker.email,
        user_id=asker.user_id,
        link_id=asker.link_id,
        address=asker.address,
    )
    _note("order_change_asked", order, change, now=now)
    _mail(ORDER_CHANGE_ASKED, order, order.request, change, now=now)
    return change


def _check_open(change: OrderChange) -> None:
    if not change.is_open:
        raise AlreadyAnswered(change)


def _withdraw(
    order: Order, change: OrderChange, *, user_id: int | None, tells: bool = True, now: datetime
) -> OrderChange:
    _answer(change, ChangeState.WITHDRAWN, user_id=user_id, answer="", now=now)
    _note("order_change_withdrawn", order, change, now=now)
    if tells:
        _mail(ORDER_CHANGE_WITHDRAWN, order, order.request, change, now=now)
    return change


def _answer(
    change: OrderChange, state: ChangeState, *, user_id: int | None, answer: str, now: datetime
) -> None:
    change.state, change.decided_at, change.answer = state, now, answer
    change.decided_by_id = user_id
    change.save(update_fields=["state", "decided_at", "decided_by", "answer"])


def _apply(order: Order, request: OrderRequest, wish: Content) -> None:
    """Write the wish over what stands."""
    answers = wish["answers"]
    stops = contents.stops_of(wish)
    order.customer_reference = answers.get("customer_reference", "")
    order.note = answers.get("note_on_invoice", "")
    if stops or order.stops.exists():
        order.requested_on = requests.requested_on(stops)
        for name, value in requests.ship_to(stops).items():
            setattr(order, name, value)
    requests.write_way(order, stops=stops, goods=contents.goods_of(wish))
    if "products" in wish:
        lines = _lines(order, wish["products"])
        order.lines.all().delete()
        OrderLine.objects.bulk_create(lines)
        order.net_amount, order.vat_amount, order.gross_amount = pricing.sums(
            lines, currency=order.currency
        )
    order.save()

    for name in contents.OF_REQUEST:
        setattr(request, name, answers.get(name, ""))
    kept = {k: v for k, v in request.details.items() if k not in contents.DETAILS}
    request.details = kept | {name: answers[name] for name in contents.DETAILS if name in answers}
    request.cut_off_at = requests.cut_off(stops, request.order_type_id)
    request.save(update_fields=[*contents.OF_REQUEST, "details", "cut_off_at"])


def _lines(order: Order, products: list[Content]) -> list[OrderLine]:
    """What was ordered keeps its price, what comes new has the register's."""
    standing = {line.product_number: line for line in order.lines.order_by("-position")}
    new = [row["number"] for row in products if row["number"] not in standing]
    known = Product.objects.for_sale().numbered(new)
    lines = []
    for position, row in enumerate(products, start=1):
        quantity = Decimal(row["quantity"])
        line = standing.get(row["number"])
        if line is None:
            product = known.get(row["number"].upper())
            wish = ProductWish(product_id=product.pk if product else 0, quantity=quantity)
            [line] = requests.lines_of([wish], currency=order.currency)
        lines.append(
            OrderLine(
                order=order,
                position=position,
                product_id=line.product_id,
                product_number=line.product_number,
                description=line.description,
                quantity=quantity,
                unit=line.unit,
                unit_price=line.unit_price,
                discount_percent=line.discount_percent,
                vat_rate=line.vat_rate,
                net_amount=pricing.net_of(
                    quantity=quantity,
                    unit_price=line.unit_price,
                    discount_percent=line.discount_percent,
                    currency=order.currency,
                ),
            )
        )
    return lines


def _tell(order: Order, kind: EventKind, detail: str, now: datetime) -> None:
    """A station of the story; told again, the last time counts."""
    OrderEvent.objects.update_or_create(
        order=order,
        kind=kind,
        origin=OrderOrigin.OFFICE,
        defaults={"happened_at": now, "detail": detail[:200]},
    )


def _note(kind: str, order: Order, change: OrderChange, *, now: datetime) -> None:
    """The differences are kept as values: who reads the entry reads them in an own language."""
    after = {
        "change": change.kind,
        "name": change.name,
        "reason": change.reason,
        "answer": change.answer,
        "differences": [astuple(each) for each in differences(*change.contents)],
    }
    audit.record(
        kind=kind,
        subject=order.number,
        customer_id=order.customer_id,
        after={name: value for name, value in after.items() if value},
        now=now,
    )


def _told(change: OrderChange) -> list[Told]:
    return in_words(differences(*change.contents))


def _mail(
    kind: MessageKind, order: Order, request: OrderRequest, change: OrderChange, *, now: datetime
) -> None:
    """Tell who asked; of a cancellation also who ordered, where that is somebody else."""
    asker = _asker(change, request)
    to = [asker]
    if kind is ORDER_CANCELLED and not _is_contact(asker, request):
        to.append(sending.contact_of(request))
    for each in to:
        notify.compose(
            kind,
            to=[each],
            context=_context(kind, request, change, is_member=_is_member(each, change), now=now),
            customer_id=order.customer_id,
            thread=f"order-{order.number}",
            now=now,
        )


def _asker(change: OrderChange, request: OrderRequest) -> Recipient:
    """Who is written to about the proposal: who asked, while the order is theirs to see.

    In place of staff, who asked for the customer, and of members who lost the right, it is the
    order's contact.
    """
    user = change.user
    if user is None:
        return Recipient(email=change.email, name=change.name, language=request.language)
    may_see = user.customers_with(Section.ORDERS).filter(pk=request.order.customer_id)
    if not user.is_staff and may_see.exists():
        return Recipient.of(user)
    return sending.contact_of(request)


def _is_contact(recipient: Recipient, request: OrderRequest) -> bool:
    return recipient.email.casefold() == request.contact_email.casefold()


def _is_member(recipient: Recipient, change: OrderChange) -> bool:
    return recipient.user_id is not None and recipient.user_id == change.user_id


def _context(
    kind: MessageKind,
    request: OrderRequest,
    change: OrderChange,
    *,
    is_member: bool,
    now: datetime,
) -> dict[str, Any]:
    """What the mail says: a member finds the order in the portal, others by a new link."""
    number = request.order.number
    page = absolute(reverse("customer:order-page", args=[number]))
    context: dict[str, Any] = {
        "number": number,
        "link": page if is_member else sending.follow_link(request, now=now),
        "private": "" if is_member else PRIVATE,
    }
    if kind in (ORDER_CHANGE_ASKED, ORDER_CHANGE_WITHDRAWN):
        context["why"] = change.reason
    else:
        context["answer"] = change.answer
    if kind is ORDER_CHANGE_ACCEPTED:
        context["paper"] = ""
    if kind in (ORDER_CHANGE_ASKED, ORDER_CHANGE_WITHDRAWN, ORDER_CHANGE_ACCEPTED):
        context["changes"] = lambda: [
            (each.title, f"{each.before} → {each.after}") for each in _told(change)
        ]
    if kind in (ORDER_CHANGE_ASKED, ORDER_CHANGE_WITHDRAWN, ORDER_CHANGE_REFUSED):
        context["what"] = lambda: str(ChangeKind(change.kind).label)
    return context


def _send_confirmation(
    order: Order, request: OrderRequest, change: OrderChange, *, user_id: int, now: datetime
) -> None:
    """Have the acceptance mailed with the confirmation, and the confirmation to who ordered."""
    asker = _asker(change, request)
    documents.ask(
        source=SOURCE,
        subjects=[confirming.subject_of(order, occasion_id=change.pk)],
        to={order.customer_id: [asker]},
        asked_by=User.objects.get(pk=user_id),
        token=uuid4(),
        now=now,
    )
    if not _is_contact(asker, request):
        confirming.send_again(order=order, user_id=user_id, now=now)


def _letter(item: SendingItem, found: Sequence[FiledDocument], now: datetime) -> Letter:
    change = OrderChange.objects.select_related("order__request", "user").get(
        pk=item.occasion_id or 0
    )
    [recipient] = item.sending.recipients
    context = _context(
        ORDER_CHANGE_ACCEPTED,
        change.order.request,
        change,
        is_member=_is_member(Recipient(**recipient), change),
        now=now,
    )
    document = OrderDocument.objects.filter(pk__in=[each.pk for each in found]).first()
    before = papers.sent_before(document) if document else None
    context["paper"] = lambda: _of_paper(document, before)
    return Letter(kind=ORDER_CHANGE_ACCEPTED, context=context)


def _of_paper(document: OrderDocument | None, before: OrderDocument | None) -> str:
    """What the mail says of the confirmation that goes along, in the language of the reader."""
    if document is None:
        return gettext("The order confirmation as it is now is on the page of the order.")
    if document.sent_at is not None:
        words = gettext("The order confirmation says the same as before: version %(version)s.")
        return words % {"version": document.version}
    if before is None:
        return gettext("The order confirmation goes along with this mail.")
    return gettext(
        "Version %(version)s of the order confirmation goes along with this mail. It replaces"
        " version %(before)s."
    ) % {"version": document.version, "before": before.version}


SOURCE = DocumentSource(
    code="changes",
    thing="order",
    papers=confirming.confirmation_of,
    page="customer:order-page",
    pages="customer:order-list",
    letter=_letter,
    sent=confirming.mark_sent,
    is_due=confirming.is_due,
)
