"""Every status change has its row and its mail: the table of docs/status-changes.md, played."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from accounts.messaging import kind_of
from accounts.models import AuditEntry, OutgoingMessage
from orders.models import Offer, Order, OrderChange
from orders.services import changing, confirming, handling, mirroring, offer_mail, offers, sending
from orders.services.mirroring import MirroredEvent, MirroredOrder
from orders.services.offers import Decider
from orders.states import ChangeState, OfferState, OrderStatus, RequestKind
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser
from tests.builders.changes import a_cancellation, a_change
from tests.builders.offers import a_draft, an_approved_offer, approve, total_of
from tests.builders.orders import an_order
from tests.builders.wishes import NOON, a_request, a_wish
from tests.orders.test_new_order import a_draft_to_send
from tests.worker import work

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
WHO = {
    "whoever ordered": "maria@alfreds.example",
    "the offer's address": "buyer@alfreds.example",
    "whoever decided": "boss@alfreds.example",
    "whoever asked": "pat@alfreds.example",
}
BOSS = Decider(name="The boss", email=WHO["whoever decided"])
PAT = changing.Asker(name="Pat", email=WHO["whoever asked"])
EVIDENCE = ("OrderRequest", "OfferVersion", "OfferDecision", "OrderDocument", "OrderChange")


def rows():
    """The cells of each row of the table, by what happens."""
    page = Path(settings.BASE_DIR, "docs/status-changes.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return {
        cells[0]: cells for cells in ([c.strip() for c in line.split("|")[1:-1]] for line in lines)
    }


TABLE = rows()


# What happens. Each stops before the change with its order, and is then let go on.


def comes_in(kind):
    customer = a_customer()
    member = a_member(customer, "place_orders", email="maria@alfreds.example")
    draft = a_draft_to_send(customer, member)
    yield None
    sending.send(
        draft_id=draft.pk,
        revision=0,
        newcomer=None,
        wish_of=lambda draft, _customer: a_wish(customer, kind=kind, sent_key=draft.sent_key),
        sender=member,
        now=LATER,
    )


def is_switched(to):
    kinds = {RequestKind.OFFER: RequestKind.ORDER, RequestKind.ORDER: RequestKind.OFFER}
    request = a_request(kind=kinds[to])
    yield request
    handling.switch_kind(order_id=request.pk, to=to, now=LATER)


def is_begun():
    request = a_request(kind=RequestKind.OFFER)
    yield request
    offers.begin(order_id=request.pk, user_id=None, now=LATER)


def sent(draft):
    return offer_mail.send(
        order_id=draft.offer_id, revision=draft.revision, user_id=draft.saved_by_id, now=NOON
    )


def a_draft_for_the_buyer():
    return a_draft(send_to=WHO["the offer's address"])


def is_sent():
    draft = a_draft_for_the_buyer()
    yield draft.offer
    sent(draft)


def is_decided(what):
    version = sent(a_draft_for_the_buyer())
    yield version.offer
    fields = {"comment": "Too dear"}
    if what == "approve":
        fields = {"total": total_of(version)}
    decision = getattr(offers, what)(
        order_id=version.offer_id,
        version=version.number,
        seen=version.fingerprint,
        decider=BOSS,
        now=LATER,
        **fields,
    )
    offer_mail.tell_of(decision, now=LATER)


def is_taken_back():
    version = sent(a_draft_for_the_buyer())
    approve(version)
    yield version.offer
    offer_mail.take_back(
        order_id=version.offer_id,
        version=version.number,
        seen=version.fingerprint,
        decider=BOSS,
        now=LATER,
    )


def is_over():
    version = sent(a_draft_for_the_buyer())
    yield version.offer
    offer_mail.expire_due(now=NOON + timedelta(days=60))


def is_called_back():
    version = sent(a_draft_for_the_buyer())
    yield version.offer
    offer_mail.call_back(order_id=version.offer_id, now=LATER)


def is_ordered(client):
    offer = an_approved_offer()
    yield offer
    client.force_login(a_superuser())
    client.post(f"/office/offers/{offer.order.number}/orders/", {"how": "whole"})


def is_confirmed():
    request = a_request()
    yield request
    confirming.confirm(order_id=request.pk, user_id=a_clerk().pk, now=LATER)
    work(LATER)


def is_asked_for():
    request = a_request()
    yield request
    a_change(request, asker=PAT)


def is_withdrawn():
    change = a_change(asker=PAT)
    yield change.order
    changing.withdraw(order_id=change.order_id, change_id=change.pk, user_id=None, now=LATER)


def is_answered(answer, ask=a_change):
    change = ask(asker=PAT)
    yield change.order
    answer(
        order_id=change.order_id,
        change_id=change.pk,
        user_id=a_clerk().pk,
        answer="So be it",
        now=LATER,
    )


def the_erp_says(status):
    order = an_order(status=OrderStatus.CONFIRMED)
    yield order
    fields = {name: getattr(order, name) for name in MirroredOrder._fields}
    mirroring.mirror_orders(
        [MirroredOrder(**fields | {"status": status})],
        lines=[],
        events=[MirroredEvent(order.pk, status, "erp", LATER, "")],
        new=[],
    )


SCENES = {
    "an order comes in": lambda _: comes_in(RequestKind.ORDER),
    "an offer request comes in": lambda _: comes_in(RequestKind.OFFER),
    "the office makes it an offer request": lambda _: is_switched(RequestKind.OFFER),
    "the office makes it an order": lambda _: is_switched(RequestKind.ORDER),
    "an offer is begun": lambda _: is_begun(),
    "an offer is sent": lambda _: is_sent(),
    "an offer is approved": lambda _: is_decided("approve"),
    "an approval is taken back": lambda _: is_taken_back(),
    "another version is asked for": lambda _: is_decided("ask_for_change"),
    "an offer is declined": lambda _: is_decided("decline"),
    "an offer's last day is over": lambda _: is_over(),
    "an offer is called back": lambda _: is_called_back(),
    "orders are made of an offer": is_ordered,
    "an order is confirmed": lambda _: is_confirmed(),
    "a change is asked for": lambda _: is_asked_for(),
    "a change is withdrawn": lambda _: is_withdrawn(),
    "a change is refused": lambda _: is_answered(changing.refuse),
    "a change is accepted": lambda _: is_answered(changing.accept),
    "a cancellation is accepted": lambda _: is_answered(changing.accept, a_cancellation),
    "the ERP plans an order": lambda _: the_erp_says("planned"),
    "the ERP sends an order off": lambda _: the_erp_says("departed"),
    "the ERP has an order delivered": lambda _: the_erp_says("delivered"),
}


def codes(cell):
    return re.findall(r"(?<!without )`(\w+)`", cell)


def written():
    """What there is now: evidence, notes and mails by their kind, and addresses."""
    counts = Counter({name: apps.get_model("orders", name).objects.count() for name in EVIDENCE})
    return (
        counts,
        Counter(AuditEntry.objects.values_list("kind", flat=True)),
        Counter(OutgoingMessage.objects.values_list("kind", "recipient_address")),
    )


def stations(order):
    return set(order.events.values_list("kind", flat=True)) if order else set()


def state_of(what, order):
    if what == "order":
        return order.status
    found = Offer if what == "offer" else OrderChange
    return found.objects.get(order=order).state


@pytest.mark.parametrize("what", SCENES)
def test_it_writes_its_rows_and_its_mail(what, client):
    _what, becomes, story, evidence, audit, mail, to = TABLE[what]
    scene = SCENES[what](client)
    found = next(scene)
    order = found and Order.objects.get(pk=found.pk)
    told, before = stations(order), written()

    next(scene, None)

    order = order or Order.objects.latest("pk")
    order.refresh_from_db()
    rows, notes, mails = (after - old for after, old in zip(written(), before, strict=True))
    for thing, state in re.findall(r"(\w+) `(\w+)`", becomes):
        assert state_of(thing, order) == state
    assert stations(order) - told == set(codes(story))
    assert told - stations(order) == set(re.findall(r"without `(\w+)`", story))
    assert list(rows) == codes(evidence)
    assert set(notes) == set(codes(audit))
    assert {kind for kind, _address in mails} == set(codes(mail))
    assert {address for _kind, address in mails} == {WHO[who] for who in to.split(", ") if who}
    assert all(kind_of(code) for code in codes(mail))


def test_every_row_of_the_table_is_played():
    assert list(TABLE) == list(SCENES)


@pytest.mark.parametrize(
    ("thing", "states"),
    [("order", OrderStatus), ("offer", OfferState), ("change", ChangeState)],
)
def test_every_state_is_in_the_table(thing, states):
    become = {
        state
        for _what, becomes, *_rest in TABLE.values()
        for of, state in re.findall(r"(\w+) `(\w+)`", becomes)
        if of == thing
    }

    assert become == set(states.values)
