"""Offers, walked to where they stand by the services."""

from datetime import date
from decimal import Decimal

from orders import offering
from orders.models import Offer
from orders.services import offers
from orders.services.offers import Decider, LineInput, Terms
from orders.states import RequestKind
from tests.builders.accounts import a_clerk
from tests.builders.wishes import NOON, a_request

MARIA = Decider(name="Maria Anders", email="maria@alfreds.example", address="192.0.2.7")


def a_priced_line(description="Run Berlin to Graz", **fields):
    fields = {
        "quantity": Decimal(4),
        "unit": "run",
        "unit_price": Decimal(1120),
        "vat_rate": Decimal(20),
    } | fields
    return LineInput(description=description, **fields)


def some_terms(**fields):
    fields = {
        "valid_on": date(2026, 11, 30),
        "language": "de",
        "send_to": "maria@alfreds.example",
    } | fields
    return Terms(**fields)


def a_draft(customer=None, *, request=None, lines=None, now=NOON, **terms):
    """A draft that has been written, and whoever wrote it."""
    request = request or a_request(customer, kind=RequestKind.OFFER)
    clerk = a_clerk()
    draft = offers.begin(order_id=request.pk, user_id=clerk.pk, now=now)
    return offers.save_draft(
        order_id=request.pk,
        revision=draft.revision,
        lines=lines if lines is not None else [a_priced_line()],
        terms=some_terms(**terms),
        user_id=clerk.pk,
        now=now,
    )


def a_sent_offer(customer=None, *, now=NOON, **fields):
    """The version that is with the customer."""
    draft = a_draft(customer, now=now, **fields)
    return offers.send(
        order_id=draft.offer_id, revision=draft.revision, user_id=draft.saved_by_id, now=now
    )


def total_of(version, chosen=()):
    """The total that the page of the offer shows with these options."""
    lines = list(version.lines.order_by("position"))
    try:
        return f"{offering.worth(lines, chosen, currency=version.currency).gross:f}"
    except offering.NotOnOffer:
        return ""


def approve(version, *, chosen=(), decider=MARIA, now=NOON, **fields):
    return offers.approve(
        order_id=version.offer_id,
        version=version.number,
        seen=version.fingerprint,
        chosen=chosen,
        decider=decider,
        now=now,
        **{"total": total_of(version, chosen)} | fields,
    )


def take_back(version, *, decider=MARIA, now=NOON, **fields):
    return offers.take_back(
        order_id=version.offer_id,
        version=version.number,
        seen=version.fingerprint,
        decider=decider,
        now=now,
        **fields,
    )


def an_approved_offer(customer=None, *, chosen=(), now=NOON, **fields) -> Offer:
    version = a_sent_offer(customer, now=now, **fields)
    approve(version, chosen=chosen, now=now)
    return Offer.objects.get(pk=version.offer_id)
