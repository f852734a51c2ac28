"""People who register with numbers that the ERP knows and the portal does not yet."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from celery import current_app
from django.db import connections
from django.utils import timezone

from accounts.models import Customer, RegistrationAttempt
from accounts.services import registration
from accounts.states import Refusal, RegistrationState
from erp_bridge import registering, tasks
from erp_bridge.models import Binding, Cursor, HeldRecord
from erp_bridge.ports import Feed, Rejected, Unavailable, Unreadable
from erp_bridge.registry import connector_for
from invoices.models import Invoice
from orders.models import Order
from portal.lib.secrets import seal
from tests.builders.erp_bridge import (
    NOON,
    a_connection,
    a_customer_record,
    an_invoice_record,
    an_order_record,
)
from tests.builders.registration import a_wish, an_attempt, kinds_sent
from tests.erp_bridge.erps import PASSWORD, USERNAME, a_demo_erp
from tests.erp_bridge.scripted import Clock, ScriptedErp, read
from tests.peers import a_peer

pytestmark = pytest.mark.django_db

SAM = "sam@customer.example"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def erp():
    return a_connection(timeout_seconds=30)


@pytest.fixture
def connector():
    """An ERP with two customers; an invoice of the first is paid by the second."""
    return ScriptedErp(
        a_customer_record("C1", number="10001"),
        a_customer_record("C2", number="10002"),
        an_order_record("O1", number="10248"),
        an_order_record("O2", number="10249", customer="C2"),
        an_invoice_record("I1", number="300412", payer_id="C2"),
    )


def waits(clock, *, number="10001", document="300412", amount="12.55", **fields):
    return an_attempt(
        customer_number=number,
        document_number=document,
        amount=amount,
        email=SAM,
        now=clock.now,
        **fields,
    )


def ask(connector, clock):
    connects = connector if callable(connector) else lambda _erp: connector
    registering.ask_for_registrations(connect=connects, clock=clock)


def state_of(attempt):
    attempt.refresh_from_db()
    return attempt.state, attempt.refusal


@pytest.mark.parametrize(("document", "amount"), [("300412", "12.55"), ("10248", "25.10")])
def test_what_the_erp_knows_proves_and_is_here_from_then_on(
    erp, connector, clock, document, amount
):
    attempt = waits(clock, document=document, amount=amount)

    ask(connector, clock)

    assert state_of(attempt) == (RegistrationState.PROVEN, "")
    assert attempt.customer == Customer.objects.get(number="10001")
    assert kinds_sent() == [("registration_link", SAM)]
    assert (Invoice.objects.count(), Order.objects.count()) in {(1, 0), (0, 1)}


def test_the_feeds_read_on_as_if_nothing_had_been_taken_over(erp, connector, clock):
    waits(clock)
    before = list(Cursor.objects.order_by("pk").values())

    ask(connector, clock)
    after = list(Cursor.objects.order_by("pk").values())
    read(erp, connector, clock=clock)

    assert after == before
    assert (Customer.objects.count(), Order.objects.count(), Invoice.objects.count()) == (2, 2, 1)
    assert Binding.objects.count() == 5


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"number": "10009"}, Refusal.UNKNOWN_CUSTOMER),
        ({"document": "300499"}, Refusal.OTHER_DOCUMENT),
        ({"document": "10249", "amount": "25.10"}, Refusal.OTHER_DOCUMENT),
        ({"amount": "99.00"}, Refusal.OTHER_AMOUNT),
    ],
)
def test_what_the_erp_does_not_confirm_is_refused_with_its_own_reason(
    erp, connector, clock, wrong, refusal
):
    attempt = waits(clock, **wrong)

    ask(connector, clock)

    assert state_of(attempt) == (RegistrationState.REFUSED, refusal)


def test_documents_of_others_are_not_taken_over(erp, connector, clock):
    waits(clock, document="10249")

    ask(connector, clock)

    assert not Order.objects.exists()
    assert list(Customer.objects.values_list("number", flat=True)) == ["10001"]


def test_a_payer_that_is_not_here_comes_with_the_invoice(erp, connector, clock):
    attempt = waits(clock)

    ask(connector, clock)

    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert Invoice.objects.get().payer.number == "10002"
    assert not HeldRecord.objects.filter(state=HeldRecord.State.WAITING).exists()


def test_of_a_customer_that_is_here_only_the_document_is_asked_for(erp, connector, clock):
    read(erp, connector, Feed.CUSTOMERS, clock=clock)
    attempt = waits(clock)
    connector.calls.clear()

    ask(connector, clock)

    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert connector.calls == [(Feed.INVOICES, "300412"), (Feed.ORDERS, "300412")]


@pytest.mark.parametrize("typed", ["pf 7", "PF7", "pf7", " Pf  7 "])
def test_the_erp_is_asked_for_a_number_in_several_ways(erp, clock, typed):
    connector = ScriptedErp(
        a_customer_record("C1", number="PF7"), an_invoice_record("I1", number="300412")
    )
    attempt = waits(clock, number=typed)

    ask(connector, clock)

    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert connector.calls[0] == (Feed.CUSTOMERS, " ".join(typed.split()))


def test_without_any_erp_the_answer_is_given_at_once(clock):
    attempt = waits(clock)

    ask(ScriptedErp(), clock)

    assert state_of(attempt) == (RegistrationState.REFUSED, Refusal.UNKNOWN_CUSTOMER)


def test_a_paused_erp_is_not_asked(erp, connector, clock):
    erp.is_active = False
    erp.save()
    waits(clock)

    ask(connector, clock)

    assert connector.calls == []


class FailingErp(ScriptedErp):
    """Raises what it was given at each question, until it is given nothing any more."""

    def __init__(self, *records, failure):
        super().__init__(*records)
        self.failure = failure

    def get(self, feed, **asked):
        page = super().get(feed, **asked)
        if self.failure is not None:
            raise self.failure
        return page


FAILURES = [Unavailable("No answer."), Rejected("Wrong password."), ZeroDivisionError()]


@pytest.mark.parametrize("failure", FAILURES)
def test_while_the_erp_fails_an_attempt_waits_and_is_proven_afterwards(
    erp, connector, clock, failure
):
    failing = FailingErp(*connector.rows.values(), failure=failure)
    attempt = waits(clock)

    ask(failing, clock)
    during = state_of(attempt)
    ask(failing, clock)
    at_once = len(failing.calls)
    failing.failure = None
    clock.move(seconds=30)
    ask(failing, clock)

    assert during == (RegistrationState.CHECKING, "")
    assert at_once == 1
    assert state_of(attempt)[0] == RegistrationState.PROVEN


@pytest.mark.parametrize("failure", FAILURES)
def test_an_erp_that_fails_for_hours_is_given_up_on_and_the_person_told(erp, clock, failure):
    failing = FailingErp(failure=failure)
    attempt = waits(clock)
    started = clock.now

    while state_of(attempt)[0] == RegistrationState.CHECKING:
        ask(failing, clock)
        clock.move(minutes=5)

    assert attempt.state == RegistrationState.GAVE_UP
    assert timedelta(hours=6) <= clock.now - started <= timedelta(hours=6, minutes=30)
    assert kinds_sent() == [("registration_gave_up", SAM)]
    # Every quarter of an hour at most, after the first ones.
    assert len(failing.calls) < 35


def test_one_failing_erp_is_asked_once_a_pass_however_many_wait(erp, clock):
    failing = FailingErp(failure=Unavailable("No answer."))
    attempts = [waits(clock, document=f"{number}") for number in range(300, 310)]

    ask(failing, clock)

    assert len(failing.calls) == 1
    assert {state_of(each)[0] for each in attempts} == {RegistrationState.CHECKING}
    assert not registration.is_work_left(now=clock.now)


def test_of_several_erps_one_that_knows_is_enough_and_all_have_to_answer_for_a_no(connector, clock):
    first, second = a_connection("one"), a_connection("two")
    failing = FailingErp(failure=Unavailable("No answer."))
    known, unknown = waits(clock), waits(clock, number="10009")

    ask(lambda erp: failing if erp == first else connector, clock)

    assert state_of(known)[0] == RegistrationState.PROVEN
    assert state_of(unknown) == (RegistrationState.CHECKING, "")
    assert Customer.objects.get(number="10001").source == second.code


def test_a_document_that_cannot_be_read_is_no_reason_to_refuse(erp, connector, clock):
    connector.unreadable[Feed.INVOICES, "I1"] = Unreadable(
        remote_id="I1", number="300412", changed_at=NOON, reason="No amount.", raw="<Invoice/>"
    )
    attempt = waits(clock)

    ask(connector, clock)

    assert state_of(attempt)[0] == RegistrationState.CHECKING
    assert HeldRecord.objects.get().reason == "No amount."


def test_a_document_that_breaks_a_rule_is_no_reason_to_refuse(erp, connector, clock):
    connector.put(an_invoice_record("I1", number="300412", gross_amount=Decimal(99), payer_id="C2"))
    attempt = waits(clock, amount="99")

    ask(connector, clock)

    assert state_of(attempt)[0] == RegistrationState.CHECKING


def test_what_was_held_for_its_customer_is_released_by_it(erp, connector, clock):
    read(erp, connector, Feed.INVOICES, clock=clock)
    waits(clock)

    ask(connector, clock)

    assert Invoice.objects.get().number == "300412"
    assert not HeldRecord.objects.filter(state=HeldRecord.State.WAITING).exists()


def test_a_worker_that_was_killed_is_followed_by_another_one(erp, connector, clock):
    attempt = waits(clock)

    class Killed(BaseException):
        pass

    class KillingErp(ScriptedErp):
        def get(self, feed, **asked):
            if feed == Feed.INVOICES:
                raise Killed
            return super().get(feed, **asked)

    with pytest.raises(Killed):
        ask(KillingErp(*connector.rows.values()), clock)
    ask(connector, clock)
    at_once = list(connector.calls)
    clock.move(seconds=61)
    ask(connector, clock)

    assert at_once == []
    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert len(kinds_sent()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_tick_rings_for_attempts_whose_bell_was_lost(monkeypatch):
    rung = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: rung.append(name))
    waits(Clock(timezone.now()))
    rung.clear()

    tasks.tick()

    assert rung == ["erp_bridge.ask_for_registrations"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_one_attempt_once(connector):
    a_connection(timeout_seconds=30)
    attempt = waits(Clock(timezone.now()))
    start = threading.Barrier(2)

    def work():
        try:
            start.wait(10)
            ask(connector, timezone.now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert [feed for feed, _number in connector.calls].count(Feed.INVOICES) == 1
    assert len(kinds_sent()) == 1


# The real one, over a socket


@pytest.fixture
def connected(demo_erp):
    return a_connection(url=demo_erp.url, username=USERNAME, sealed_secret=seal(PASSWORD))


def an_invoice_of_the_erp(connected, demo_erp):
    """Number, customer and amount of an invoice, as somebody reads them off a paper."""
    connector = connector_for(connected)
    (invoice, *_) = connector.list_changed(Feed.INVOICES, after=None, limit=1).records
    (customer,) = connector.get(Feed.CUSTOMERS, remote_id=invoice.customer_id).records
    return customer.number, invoice.number, invoice.gross_amount


def test_the_demo_erp_proves_a_customer_that_the_portal_has_never_seen(connected, demo_erp):
    number, document, amount = an_invoice_of_the_erp(connected, demo_erp)
    attempt = waits(Clock(timezone.now()), number=number, document=document, amount=str(amount))

    tasks.ask_for_registrations()

    assert state_of(attempt)[0] == RegistrationState.PROVEN
    assert attempt.customer.number == number
    assert Invoice.objects.get().number == document


def test_the_demo_erp_does_not_know_a_number_that_somebody_made_up(connected):
    attempt = waits(Clock(timezone.now()), number="no such number")

    tasks.ask_for_registrations()

    assert state_of(attempt) == (RegistrationState.REFUSED, Refusal.UNKNOWN_CUSTOMER)


@pytest.mark.parametrize("kind", ["refuse", "reset", "unavailable", "cut"])
def test_an_attempt_outlives_what_the_demo_erp_does_wrong(tmp_path, kind):
    with a_demo_erp(tmp_path) as demo:
        erp = a_connection(url=demo.url, username=USERNAME, sealed_secret=seal(PASSWORD))
        number, document, amount = an_invoice_of_the_erp(erp, demo)
        attempt = waits(Clock(timezone.now()), number=number, document=document, amount=str(amount))
        demo.switch_faults({"kind": kind, "operations": ["GetInvoice"]})

        tasks.ask_for_registrations()
        during = state_of(attempt)
        demo.switch_faults()
        RegistrationAttempt.objects.update(due_at=timezone.now())
        tasks.ask_for_registrations()

    assert during == (RegistrationState.CHECKING, "")
    assert state_of(attempt)[0] == RegistrationState.PROVEN


@pytest.mark.django_db(transaction=True)
def test_the_web_never_waits_for_an_erp_that_hangs(client):
    called = threading.Event()

    def hang(peer, connection):
        peer.read_request(connection)
        called.set()
        peer.closing.wait(30)

    def work():
        try:
            tasks.ask_for_registrations()
        finally:
            connections.close_all()

    with a_peer(hang) as peer:
        a_connection(url=peer.url, timeout_seconds=30)
        token = registration.new_token()
        attempt = waits(Clock(timezone.now()), token=token)
        worker = threading.Thread(target=work)
        worker.start()
        assert called.wait(20)

        waiting = client.get(f"/accounts/register/{token}/")
        another = client.post("/accounts/register/", form_of_somebody_else())
        second = threading.Thread(target=work)
        second.start()
        second.join(10)
        still_hanging = (worker.is_alive(), second.is_alive(), peer.connections)
    worker.join(60)

    assert (waiting.status_code, another.status_code) == (200, 302)
    assert "ask our order system" in waiting.text
    # The second worker finds that one is at it, and is free for other work.
    assert still_hanging == (True, False, 1)
    assert state_of(attempt) == (RegistrationState.CHECKING, "")


def form_of_somebody_else():
    wish = a_wish(customer_number="10005")
    return {
        **{name: getattr(wish, name) for name in vars(wish) if name != "language"},
        "email_again": wish.email,
    }
