"""What came with an order that was born here, as its page shows it to the office and the customer.

Orders of an ERP have none of it and cost no query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.documents import DocumentLine
from orders.forms.wish import answers_in_words
from orders.models import (
    GoodsLine,
    Offer,
    Order,
    OrderAttachment,
    OrderDocument,
    OrderRequest,
    OrderStop,
)
from orders.services.offers import last_decision
from orders.states import OFFER_MARKS, OfferState
from portal.lib import countries
from portal.lib.money import money_text

__all__ = ["REQUEST", "CameWith", "came_with"]

# What a page of orders selects with them.
REQUEST = (
    "request__order_type",
    "request__order_link",
    "request__owner",
    "request__handled_by",
)
# An offer makes a handful of orders; a page that names more helps nobody.
MOST_SIBLINGS = 100


@dataclass(frozen=True, slots=True)
class CameWith:
    """`offer_paper` leads the customer to the version that counts; the office has the editor.

    `other_address` is what a guest said in one line, where the customer's was another when it was
    sent. `offer_page` is where the customer reads and answers the offer,
    `approved_total` what it was approved at, with the options that were chosen. `siblings` are the
    other orders made of the same offer.
    """

    request: OrderRequest
    stops: Sequence[OrderStop]
    goods: Sequence[GoodsLine]
    other_address: str
    answers: list[tuple[Any, Any]]
    notes: list[tuple[Any, str]]
    files: list[DocumentLine]
    offer: Offer | None
    offer_mark: str
    offer_paper: str
    offer_page: str
    approved_total: str
    siblings: Sequence[Order]

    @property
    def has_offer_part(self) -> bool:
        return self.offer is not None or self.request.made_of_id is not None


def came_with(order: Order, *, audience: str) -> CameWith | None:
    """Everything that came with the order, which has its `REQUEST` at hand; seven queries at most.

    Nothing for one of an ERP.
    """
    request: OrderRequest | None = getattr(order, "request", None)
    if order.source or request is None:
        return None
    offer = _offer_of(request)
    if offer is not None and offer.live is None and audience == "customer":
        # The office is still writing it.
        offer = None
    return CameWith(
        request=request,
        stops=list(order.stops.order_by("position")),
        goods=list(order.goods.order_by("position")),
        other_address=_address(request.other_address),
        answers=_answers(request),
        notes=[
            (label, text)
            for label, text in (
                (_("To the planner"), request.note_to_planner),
                (_("To the driver"), request.note_to_driver),
                (_("On the invoice"), request.note_on_invoice),
            )
            if text
        ],
        files=[_line(file, audience) for file in _files_of(request)],
        offer=offer,
        offer_mark=OFFER_MARKS[OfferState(offer.state)] if offer else "",
        offer_paper=_paper(offer, audience) if offer else "",
        offer_page=reverse("customer:offer", args=[offer.order.number])
        if offer and audience == "customer"
        else "",
        approved_total=_approved_total(offer) if offer else "",
        siblings=_siblings(request),
    )


def _files_of(request: OrderRequest) -> list[OrderAttachment]:
    """What was sent along, also with the offer request that the order was made of."""
    found = OrderAttachment.objects.filter(order__in={request.pk, request.made_of_id or request.pk})
    return list(found.select_related("file", "order").order_by("pk"))


def _offer_of(request: OrderRequest) -> Offer | None:
    """The order's own offer, or the one that it was made of."""
    found = Offer.objects.filter(pk=request.made_of_id or request.pk)
    return found.select_related("live", "order").first()


def _answers(request: OrderRequest) -> list[tuple[Any, Any]]:
    answers = dict(request.details)
    if request.payer != OrderRequest.Payer.ORDERER:
        answers["payer"] = request.payer
    if request.payer_note:
        answers["payer_note"] = request.payer_note
    return answers_in_words(answers)


def _address(given: Mapping[str, str]) -> str:
    town = " ".join(filter(None, (given.get("postal_code"), given.get("city"))))
    country = given.get("country")
    return ", ".join(
        filter(None, (given.get("street"), town, countries.name_of(country) if country else ""))
    )


def _line(attachment: OrderAttachment, audience: str) -> DocumentLine:
    return DocumentLine(
        title=attachment.name,
        note=filesizeformat(attachment.file.size),
        href=reverse(f"{audience}:order-attachment", args=[attachment.order.number, attachment.pk]),
    )


def _paper(offer: Offer, audience: str) -> str:
    """The address of the paper of the version that is, or was, with the customer."""
    if offer.live is None or audience == "office":
        return ""
    paper = OrderDocument.objects.filter(
        order=offer.pk,
        kind=OrderDocument.Kind.OFFER,
        fingerprint=offer.live.fingerprint,
        removed_at=None,
    ).first()
    return reverse("customer:order-document", args=[offer.order.number, paper.pk]) if paper else ""


def _approved_total(offer: Offer) -> str:
    """What was agreed to; empty while nothing is."""
    if offer.state not in (OfferState.APPROVED, OfferState.ORDERED):
        return ""
    decision = last_decision(offer)
    return money_text(decision.gross_amount, decision.version.currency) if decision else ""


def _siblings(request: OrderRequest) -> list[Order]:
    if request.made_of_id is None:
        return []
    found = Order.objects.filter(request__made_of=request.made_of_id, removed_at=None)
    return list(found.exclude(pk=request.pk).order_by("pk")[:MOST_SIBLINGS])
