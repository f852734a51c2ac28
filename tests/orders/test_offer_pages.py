import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import OutgoingMessage
from accounts.services import delivery
from orders.models import Offer, OfferDecision, OfferVersion, Order, OrderDocument
from orders.services import offer_mail, papers
from orders.states import RequestKind
from tests.builders.accounts import a_clerk, a_customer, an_admin
from tests.builders.offers import (
    a_draft,
    a_priced_line,
    a_sent_offer,
    an_approved_offer,
    approve,
    take_back,
    total_of,
)
from tests.builders.wishes import a_request, a_stop, some_goods
from tests.worker import work

pytestmark = pytest.mark.django_db

SOON = (timezone.now() + timedelta(days=10)).date()


def a_keeper(*codenames):
    clerk = a_clerk()
    names = codenames or ("view_offer", "change_offer", "view_order", "change_order")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def an_offer_request(**fields):
    return a_request(kind=RequestKind.OFFER, **fields).order


def line(number=1, **changed):
    values = {
        "description": "Run Berlin to Graz",
        "quantity": "4",
        "unit": "run",
        "unit_price": "1120",
        "vat_rate": "20",
        "kind": "included",
    } | changed
    return {f"line-{number}-{name}": value for name, value in values.items()}


def posted(*lines, revision=0, do="save", **changed):
    values = {
        "do": do,
        "revision": str(revision),
        "valid_on": SOON.isoformat(),
        "send_to": "maria@alfreds.example",
        "language": "de",
    } | changed
    for each in lines or (line(),):
        values |= each
    return values


@pytest.fixture
def order():
    return an_offer_request()


@pytest.fixture
def office(client, order):
    """A clerk's browser, at the page of an offer that has been begun."""
    client.force_login(a_keeper())
    client.post(reverse("office:offer-begin", args=[order.number]))
    return client


def address(order, name="offer"):
    return reverse(f"office:{name}", args=[order.number])


def private_link():
    delivery.send_due(clock=timezone.now)
    return re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]


def sent_link(office, order, *lines, **changed):
    office.post(address(order), posted(*lines, do="send", **changed))
    return private_link()


def decide(link, do="approve", **changed):
    version = OfferVersion.objects.exclude(sent_at=None).latest("number")
    values = {
        "do": do,
        "name": "Maria Anders",
        "version": version.number,
        "seen": version.fingerprint,
        "total": total_of(version, [2] if changed.get("option") == "2" else []),
    } | changed
    return Client().post(link, values, follow=True)


def test_a_draft_is_written_and_sent(office, order):
    office.post(address(order), posted(line(), line(2, description="Insurance", kind="optional")))
    draft = OfferVersion.objects.get()
    assert (draft.revision, draft.gross_amount) == (1, 5376)

    link = sent_link(office, order, revision=1)

    assert Offer.objects.get().state == "sent"
    assert OutgoingMessage.objects.get().kind == "offer_sent"
    assert mail.outbox[-1].to == ["Maria Anders <maria@alfreds.example>"]
    assert re.search(r"5[.,]376[.,]00 EUR", mail.outbox[-1].body)
    assert link.startswith("/p/")
    assert OrderDocument.objects.get().kind == "offer"


def test_lines_are_added_and_removed_without_losing_what_was_typed(office, order):
    more = office.post(address(order), posted(line(description="Typed"), do="add"))
    assert [each.number for each in more.context["lines"]] == [1, 2]
    assert 'value="Typed"' in more.content.decode()

    rows = (line(1, description="First"), line(2, description="Second"))
    fewer = office.post(address(order), posted(*rows, do="remove.1")).content.decode()
    assert 'value="Second"' in fewer
    assert 'value="First"' not in fewer
    assert not OfferVersion.objects.get().lines.filter(description="Typed").exists()


@pytest.mark.parametrize(
    ("lines", "changed", "words"),
    [
        ([line(quantity="0")], {}, "greater than or equal to 0.0001"),
        ([line(quantity="-1")], {}, "greater than or equal to"),
        ([line(unit_price="a lot")], {}, "Enter a number"),
        ([line(vat_rate="101")], {}, "less than or equal to 100"),
        ([line(discount_percent="101")], {}, "less than or equal to 100"),
        ([line(description="")], {}, "This field is required"),
        ([line(kind="alternative")], {}, "Say which other line"),
        ([line(kind="alternative", instead_of="1")], {}, "Say which other line"),
        ([line()], {"valid_on": "2020-01-01"}, "This day is over"),
        ([line()], {"send_to": "maria"}, "Enter a valid email address"),
        ([line()], {"do": "send", "send_to": ""}, "to which address the offer goes"),
        ([line(kind="optional")], {"do": "send"}, "at least one line that is included"),
        (
            [
                line(),
                line(2, kind="alternative", instead_of="1"),
                line(3, kind="alternative", instead_of="2"),
            ],
            {"do": "send"},
            "place of another alternative",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept_on_the_page(office, order, lines, changed, words):
    response = office.post(address(order), posted(*lines, **changed))

    page = response.content.decode()
    assert words in page
    assert "Error:" in page
    assert Offer.objects.get().state == "draft"
    assert not OutgoingMessage.objects.exists()


def test_a_colleague_who_saved_meanwhile_is_not_overwritten(office, order):
    office.post(address(order), posted(line(description="Mine"), revision=0))

    late = office.post(address(order), posted(line(description="Late"), revision=0))

    assert "Somebody else has changed this offer meanwhile" in late.content.decode()
    assert 'value="Late"' in late.content.decode()
    assert OfferVersion.objects.get().lines.get().description == "Mine"


def test_a_colleague_who_sent_it_meanwhile_is_told_of(office, order):
    sent_link(office, order)

    late = office.post(address(order), posted(line(description="Late"), revision=0), follow=True)

    assert "Somebody else has changed this offer meanwhile" in late.content.decode()


def test_looking_never_approves_and_approving_is_evidence(office, order):
    option = line(2, description="Insurance", quantity="1", unit_price="96", kind="optional")
    link = sent_link(office, order, line(), option)
    for _ in range(3):
        page = Client().get(link).content.decode()
    assert "Waits for you" in page
    assert not OfferDecision.objects.exists()

    page = decide(link, option="2", customer_reference="4500-9", comment="Go").content.decode()

    decision = OfferDecision.objects.get()
    assert (decision.kind, decision.name, decision.email) == (
        "approved",
        "Maria Anders",
        "maria@alfreds.example",
    )
    assert (decision.address, decision.chosen) == ("127.0.0.1", [2])
    assert decision.gross_amount == Decimal("5491.20")
    assert "Approved by Maria Anders" in page
    assert "5,491.20" in page
    assert 'name="option" value="2" checked disabled' in page
    assert OutgoingMessage.objects.filter(kind="offer_decided").count() == 1
    assert Order.objects.get(pk=order.pk).status == "approved"


def test_options_are_ordered_at_a_total_that_was_shown(office, order):
    link = sent_link(office, order, line(), line(2, description="Insurance", kind="optional"))
    shown = re.search(r'name="total" value="([\d.]+)"', Client().get(link).content.decode())[1]

    first = decide(link, option="2", total=shown)
    assert first.status_code == 409
    assert "With these options the total is 10,752.00" in first.content.decode()
    assert 'value="Maria Anders"' in first.content.decode()
    assert not OfferDecision.objects.exists()

    total = re.search(r'name="total" value="([\d.]+)"', first.content.decode())[1]
    decide(link, option="2", total=total)
    assert OfferDecision.objects.get().gross_amount == Decimal(total) == Decimal(10752)


def test_the_total_with_options_is_asked_for_without_deciding(office, order):
    rows = line(), line(2, description="Insurance", kind="optional")
    link = sent_link(office, order, *rows)

    page = decide(link, "total", option="2", name="").content.decode()
    odd = decide(link, "total", option="1", name="").content.decode()

    assert "10,752.00" in page
    assert 'name="option" value="2" checked' in page
    assert "Error:" not in page
    assert "These options cannot be chosen together" in odd
    assert not OfferDecision.objects.exists()


def test_a_second_approval_is_told_who_was_first(office, order):
    link = sent_link(office, order)
    decide(link)

    page = decide(link, name="Somebody Else").content.decode()

    assert "Approved by Maria Anders" in page
    assert OfferDecision.objects.count() == 1


@pytest.mark.parametrize("do", ["approve", "decline", "change"])
def test_an_approved_link_that_was_forwarded_shows_who_approved_and_takes_nothing(
    office, order, do
):
    link = sent_link(office, order)
    decide(link)
    stranger = Client()

    shown = stranger.get(link).content.decode()
    answered = decide(link, do=do, name="Somebody Else", comment="Cheaper").content.decode()

    assert "Approved by Maria Anders" in shown
    assert "Approved by Maria Anders" in answered
    assert 'name="do" value="approve"' not in shown
    decision = OfferDecision.objects.get()
    assert (decision.kind, decision.name) == ("approved", "Maria Anders")
    assert Offer.objects.get().state == "approved"


@pytest.mark.parametrize(
    "changed",
    [{"name": ""}, {"name": "x" * 201}, {"do": "decline"}, {"do": "change"}, {"do": "explode"}],
)
def test_a_decision_that_lacks_something_is_not_taken(office, order, changed):
    link = sent_link(office, order)

    decide(link, **changed)

    assert not OfferDecision.objects.exists()


@pytest.mark.parametrize(
    "changed", [{"seen": "0" * 64}, {"version": "7"}, {"version": "x"}, {"option": "1"}]
)
def test_another_version_than_the_one_seen_is_not_approved(office, order, changed):
    link = sent_link(office, order)

    response = decide(link, **changed)

    assert response.status_code == 409
    assert not OfferDecision.objects.exists()


def test_an_old_link_shows_the_newest_version(office, order):
    old = sent_link(office, order)
    office.post(reverse("office:offer-begin", args=[order.number]))
    office.post(address(order), posted(line(unit_price="1100"), do="send"))

    page = Client().get(old).content.decode()

    assert "Version 2" in page
    assert "It replaces version 1, whose total was 5,376.00" in page


def test_declining_and_asking_for_a_change_reach_the_office(office, order):
    link = sent_link(office, order)

    decide(link, "change", comment="Two days later")
    page = office.get(address(order)).content.decode()
    assert "Two days later" in page
    assert Offer.objects.get().state == "change_asked"

    office.post(reverse("office:offer-begin", args=[order.number]))
    link = sent_link(office, order)
    decide(link, "decline", comment="Too dear")
    assert Offer.objects.get().state == "declined"


def test_an_approval_is_taken_back_by_the_link(office, order):
    link = sent_link(office, order)
    decide(link)

    decide(link, "take_back")

    assert Offer.objects.get().state == "sent"


def test_an_ended_offer_says_so_and_cannot_be_approved(office, order):
    link = sent_link(office, order)
    Offer.objects.update(ends_at=timezone.now())

    assert "This offer has ended" in Client().get(link).content.decode()
    assert decide(link).status_code == 409
    offer_mail.expire_due(now=timezone.now())
    assert "This offer has ended" in Client().get(link).content.decode()


def test_the_paper_is_made_by_the_worker_and_then_served(office, order):
    link = sent_link(office, order)
    assert Client().get(f"{link}offer.pdf").status_code == 202

    papers.print_wanted(clock=timezone.now)

    document = OrderDocument.objects.get()
    served = Client().get(f"{link}offer.pdf")
    assert b"".join(served.streaming_content).startswith(b"%PDF-")
    assert document.name == f"Angebot {order.number}.pdf"
    assert office.get(reverse("office:offer-paper", args=[order.number, 1])).status_code == 200
    assert office.get(reverse("office:offer-paper", args=[order.number, 9])).status_code == 404


def test_an_offer_says_where_it_went_when_orders_were_made_of_it(office):
    towns = ("Graz", "Linz", "Wien")
    stops = (a_stop(), *(a_stop("delivery", name="", city=town) for town in towns))
    order = an_offer_request(
        stops=stops, goods=tuple(some_goods(unloaded_at=place) for place in (2, 3, 4))
    )
    office.post(address(order, "offer-begin"))
    link = sent_link(office, order)
    decide(link)
    office.post(address(order, "orders-create"), {"how": "stops"})
    assert [stop.city for stop in order.stops.order_by("position")] == ["Berlin", "Graz"]

    papers.print_wanted(clock=timezone.now)

    page = Client().get(link).content.decode()
    paper = b"".join(Client().get(f"{link}offer.pdf").streaming_content)
    text = PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    of_office = office.get(address(order)).content.decode()
    for town in towns:
        assert town in page
        assert town in text
        assert town in of_office


def test_orders_are_made_and_confirmed_in_one_step(office, order):
    decide(sent_link(office, order))

    page = office.post(
        address(order, "orders-create"),
        {"how": "parts", "parts": "2", "confirm": "on"},
        follow=True,
    )

    numbers = [order.number, f"{order.number}-2"]
    assert f"Orders made: {', '.join(numbers)}" in page.content.decode()
    assert [(each.number, each.status) for each in Order.objects.order_by("pk")] == [
        (number, "confirmed") for number in numbers
    ]
    work()
    assert OutgoingMessage.objects.filter(kind="order_confirmed").count() == 2


STOPS = (
    a_stop(),
    a_stop("delivery", name="Ernst Handel", city="Graz"),
    a_stop("delivery", name="Piccolo", city="Salzburg"),
)
GOODS = (some_goods(loaded_at=1, unloaded_at=2), some_goods(loaded_at=1, unloaded_at=3))


@pytest.mark.parametrize(
    "values",
    [
        {"how": "stops"},
        {"how": "parts", "parts": "2"},
        {"how": "days", "days": "2026-12-01 2026-12-02"},
    ],
)
def test_a_second_click_makes_and_confirms_nothing(client, values):
    order = an_approved_offer(
        request=a_request(kind=RequestKind.OFFER, stops=STOPS, goods=GOODS)
    ).order
    client.force_login(a_keeper())
    client.post(address(order, "orders-create"), values)

    again = client.post(address(order, "orders-create"), values | {"confirm": "on"}, follow=True)

    made = [order.number, f"{order.number}-2"]
    assert again.redirect_chain == [(f"/office/orders/{order.number}/", 302)]
    assert f"The orders were made already: {', '.join(made)}." in again.content.decode()
    assert [(each.number, each.status) for each in Order.objects.order_by("pk")] == [
        (number, "received") for number in made
    ]
    assert not OutgoingMessage.objects.filter(kind="order_confirmed").exists()


def test_who_may_not_change_orders_makes_them_but_confirms_none(client):
    order = an_approved_offer().order
    client.force_login(a_keeper("view_offer", "change_offer", "view_order"))

    page = client.get(address(order, "orders-create")).content.decode()
    client.post(address(order, "orders-create"), {"how": "whole", "confirm": "on"})

    assert 'name="how"' in page
    assert 'name="confirm"' not in page
    order.refresh_from_db()
    assert order.status == "received"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"how": "parts", "parts": ""}, "Give at least two parts"),
        ({"how": "parts", "parts": "61"}, "At most 60 orders"),
        ({"how": "days", "days": ""}, "Give each day once"),
        ({"how": "days", "days": "tomorrow"}, "is not a day"),
        ({"how": "stops"}, "only one place of delivery"),
        ({"how": "magic"}, "not one of the available choices"),
    ],
)
def test_orders_that_cannot_be_made_say_why(office, order, values, words):
    decide(sent_link(office, order))

    response = office.post(address(order, "orders-create"), values)

    assert words in response.content.decode()
    assert Offer.objects.get().state == "approved"


def test_no_orders_are_made_of_what_is_not_approved(office, order):
    sent_link(office, order)

    office.post(address(order, "orders-create"), {"how": "whole"})

    assert Offer.objects.get().state == "sent"


def test_the_office_is_asked_before_it_takes_anything_back(office, order):
    link = sent_link(office, order)
    assert 'href="?ask=call_back"' in office.get(address(order)).content.decode()

    page = office.get(address(order), {"ask": "call_back"}).content.decode()

    assert f"Call offer {order.number} back?" in page
    assert 'name="do" value="call_back"' in page
    assert Offer.objects.get().state == "sent"
    assert office.get(address(order), {"ask": "take_back"}).status_code == 302
    decide(link)
    page = office.get(address(order), {"ask": "take_back"}).content.decode()
    assert f"Take the approval of offer {order.number} back?" in page
    assert Offer.objects.get().state == "approved"


def test_an_offer_is_called_back_by_the_office(office, order):
    link = sent_link(office, order)

    office.post(address(order), {"do": "call_back"})

    assert decide(link).status_code == 410
    assert Offer.objects.get().state == "called_back"


def test_a_link_that_went_to_another_address_does_not_open_the_next_version(office, order):
    wrong = sent_link(office, order, send_to="wrong@stranger.example")
    office.post(reverse("office:offer-begin", args=[order.number]))
    right = sent_link(office, order, line(unit_price="1100"))

    assert Client().get(wrong).status_code == 410
    assert decide(wrong).status_code == 410
    assert "Waits for you" in Client().get(right).content.decode()
    assert not OfferDecision.objects.exists()


def test_taking_back_again_tells_nobody_anything(office, order):
    link = sent_link(office, order)
    for _ in range(3):
        assert decide(link, "take_back").status_code == 200
    decide(link)
    for _ in range(3):
        decide(link, "take_back")

    assert OfferDecision.objects.count() == 2
    assert OutgoingMessage.objects.filter(kind="offer_decided").count() == 2


def test_an_approval_that_the_office_takes_back_is_told(office, order):
    decide(sent_link(office, order))

    version = OfferVersion.objects.get()
    bound = {"version": version.number, "seen": version.fingerprint}
    asked = office.get(address(order), {"ask": "take_back"}).content.decode()
    assert "Take the approval of version 1 back" in asked
    assert f'name="seen" value="{version.fingerprint}"' in asked
    page = office.post(address(order), {"do": "take_back"} | bound, follow=True)
    assert "The approval of version 1 is taken back." in page.content.decode()

    told = OutgoingMessage.objects.filter(kind="offer_decided").latest("pk")
    assert "Approval taken back" in told.body_text or "zur\u00fcckgenommen" in told.body_text


@pytest.mark.parametrize(
    "changed", [{"option": "\u00b2"}, {"option": "9" * 5000}, {"version": "\u00b2"}]
)
def test_digits_that_are_none_are_refused(office, order, changed):
    link = sent_link(office, order)

    assert decide(link, **changed).status_code in (200, 409)
    assert not OfferDecision.objects.exists()


def test_odd_numbers_in_the_editor_are_refused(office, order):
    assert office.post(address(order), posted(revision="\u00b2")).status_code == 200
    large = line(quantity="9999999", unit_price="99999999")
    page = office.post(address(order), posted(large)).content.decode()
    assert "This amount is too large" in page


def test_an_alternative_follows_its_line_when_another_is_removed(office, order):
    rows = [line(number, description=name) for number, name in enumerate("ABC", start=1)]
    other = line(4, description="D", kind="alternative", instead_of="2")

    page = office.post(address(order), posted(*rows, other, do="remove.1")).content.decode()
    assert 'name="line-3-instead_of" value="1"' in page

    page = office.post(address(order), posted(*rows, other, do="remove.2")).content.decode()
    assert 'name="line-3-instead_of" class' in page or 'name="line-3-instead_of" min' in page


def test_a_paper_that_is_gone_from_the_disk_is_made_again(office, order):
    link = sent_link(office, order)
    papers.print_wanted(clock=timezone.now)
    stored = OrderDocument.objects.get().file
    stored.content.storage.delete(str(stored.content))

    assert Client().get(f"{link}offer.pdf").status_code == 202


def test_a_reminder_goes_out_once_before_the_end():
    version = a_sent_offer(remind_days=2)
    due = Offer.objects.get().remind_at

    assert offer_mail.remind_due(now=due - timedelta(seconds=1)) == 0
    assert offer_mail.remind_due(now=due) == 1
    assert offer_mail.remind_due(now=due) == 0

    message = OutgoingMessage.objects.get(kind="offer_ends")
    assert message.recipient_address == version.send_to
    assert "30.11.2026" in message.body_text


def test_an_offer_request_has_no_confirmation():
    assert not papers.may_confirm(an_offer_request())


def test_the_list_shows_the_offers_of_a_state(client):
    client.force_login(a_keeper("view_offer"))
    sent, draft = a_sent_offer(), a_draft()

    page = client.get(f"{reverse('office:offer-list')}?state=sent").content.decode()

    assert sent.offer.order.number in page
    assert draft.offer.order.number not in page
    assert client.get(f"{reverse('office:offer-list')}?state=nonsense").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(client, rows, django_assert_max_num_queries):
    client.force_login(a_keeper("view_offer"))
    for _ in range(rows):
        a_sent_offer()

    with django_assert_max_num_queries(9):
        client.get(f"{reverse('office:offer-list')}?state=sent")


def test_who_may_look_may_not_write(client):
    version = a_sent_offer()
    number = version.offer.order.number
    client.force_login(a_keeper("view_offer"))

    assert client.get(reverse("office:offer", args=[number])).status_code == 200
    assert client.post(reverse("office:offer", args=[number]), posted()).status_code == 403
    assert client.get(reverse("office:orders-create", args=[number])).status_code == 403


def test_members_find_no_offices_offers(client):
    customer = a_customer()
    version = a_sent_offer(customer)
    client.force_login(an_admin(customer))

    found = client.get(reverse("office:offer", args=[version.offer.order.number]))

    assert found.status_code == 404


def test_a_day_of_the_sellers_zone_ends_the_offer():
    a_sent_offer(lines=[a_priced_line()], valid_on=date(2026, 11, 30))

    assert Offer.objects.get().ends_at == datetime(2026, 11, 30, 22, tzinfo=UTC)


def told(row):
    texts = (row.subject, row.what, row.before, row.after)
    return tuple(text.replace("\N{NO-BREAK SPACE}", "_") for text in texts)


def test_the_office_reads_what_the_draft_changes_since_the_version_before(office, order):
    sent_link(office, order, line(), line(2, description="Insurance", kind="optional"))
    page = office.get(address(order)).content.decode()
    assert "What changed since version" not in page
    office.post(address(order, "offer-begin"))
    same = (line(), line(2, description="Insurance", kind="optional"))
    office.post(address(order), posted(*same))
    assert "Nothing that the customer sees differs." in office.get(address(order)).content.decode()

    rows = (line(unit_price="1100", quantity="5"), line(2, description="Tail lift", vat_rate="0"))
    office.post(address(order), posted(*rows, revision=1, text="Dear Maria"))

    changes = office.get(address(order)).context["changes"]
    assert (changes.before.number, changes.after.number) == (1, 2)
    assert [told(row) for row in changes.rows] == [
        ("1. Run Berlin to Graz", "Quantity", "4 run", "5 run"),
        ("1. Run Berlin to Graz", "Price", "1,120.00", "1,100.00"),
        (
            "1. Run Berlin to Graz",
            "Amount",
            "4,480.00_EUR",
            "5,500.00_EUR",
        ),
        ("2. Tail lift", "Added", "", "4 run at 1,120.00, 4,480.00_EUR"),
        ("2. Insurance", "Removed", "Optional: 4 run at 1,120.00, 4,480.00_EUR", ""),
        ("Offer", "Total", "5,376.00_EUR", "11,080.00_EUR"),
        ("Offer", "Opening text", "", "Dear Maria"),
    ]
    assert "Draft of version 2" in office.get(address(order)).content.decode()


def test_a_version_that_goes_another_way_says_so(office, order):
    sent_link(office, order)
    office.post(address(order), {"do": "call_back"})
    order.stops.filter(position=2).update(city="Linz")
    office.post(address(order, "offer-begin"))
    second = sent_link(office, order)

    [row] = Client().get(second).context["changes"].rows

    assert told(row) == ("Stop 2", "City", "Graz", "Linz")
    one, two = OfferVersion.objects.order_by("number")
    assert one.fingerprint != two.fingerprint


def test_the_customer_reads_what_a_newer_version_changes(office, order):
    first = sent_link(office, order)
    assert "What changed" not in Client().get(first).content.decode()
    office.post(address(order, "offer-begin"))
    second = sent_link(office, order, line(unit_price="1000"))

    page = Client().get(second).content.decode()

    assert "What changed since version 1" in page
    assert "It replaces version 1" in page
    decide(second)
    assert "What changed" not in Client().get(second).content.decode()


def test_whoever_decides_on_an_old_page_reads_what_changed_since_that_one(office, order):
    sent_link(office, order)
    old = OfferVersion.objects.get()
    for price in ("1000", "900"):
        office.post(address(order, "offer-begin"))
        link = sent_link(office, order, line(unit_price=price))

    response = decide(link, version=1, seen=old.fingerprint)

    assert response.status_code == 409
    assert response.context["changes"].before == old
    assert "1,120.00" in response.content.decode()
    assert not OfferDecision.objects.exists()


@pytest.mark.parametrize("do", ["approve", "total"])
def test_a_tick_of_an_older_version_is_no_tick_of_this_one(office, order, do):
    option = {"kind": "optional", "unit_price": "100"}
    sent_link(office, order, line(), line(2, description="Insurance", **option))
    old = OfferVersion.objects.get()
    office.post(address(order, "offer-begin"))
    link = sent_link(office, order, line(), line(2, description="Night run", **option))

    response = decide(link, do, version=1, seen=old.fingerprint, option="2")

    assert response.status_code == 409
    page = response.content.decode()
    assert "Night run" in page
    assert 'name="option" value="2">' in page
    assert 'name="total" value="5376.00' in page


def test_enter_in_a_field_of_an_offer_decides_nothing(office, order):
    link = sent_link(office, order)

    page = Client().get(link).content.decode()
    first_button = re.search(r"<form.*?<button[^>]* value=\"(\w+)\"", page, re.DOTALL)[1]

    response = decide(link, first_button)

    assert response.status_code == 200
    assert 'value="Maria Anders"' in response.content.decode()
    assert not OfferDecision.objects.exists()


def test_numbers_stand_in_the_editor_as_people_type_them(office, order):
    office.post(address(order), posted(line(quantity="4.5", unit_price="1120")))

    page = office.get(address(order)).content.decode()

    assert 'value="4.5"' in page
    assert 'value="1,120"' in page
    assert ".0000" not in page


def descriptions(response):
    return [each["description"].value() for each in response.context["lines"]]


ABC = [line(number, description=name) for number, name in enumerate("ABC", start=1)]


@pytest.mark.parametrize(
    ("do", "names", "focus"),
    [
        ("up.2", "BAC", "down.1"),
        ("up.3", "ACB", "up.2"),
        ("down.1", "BAC", "down.2"),
        ("down.2", "ACB", "up.3"),
        ("remove.1", "BC", "remove.1"),
        ("remove.3", "AB", "remove.2"),
        ("up.1", "ABC", ""),
        ("down.3", "ABC", ""),
        ("up.9", "ABC", ""),
        ("down.x", "ABC", ""),
        ("explode.1", "ABC", ""),
    ],
)
def test_lines_are_moved_and_removed_by_buttons_that_keep_the_focus(
    office, order, do, names, focus
):
    response = office.post(address(order), posted(*ABC, do=do))

    assert "".join(descriptions(response)) == names
    focused = re.findall(r'value="([a-z]+\.\d)"[^>]* autofocus', response.content.decode())
    assert focused == ([focus] if focus else [])
    assert OfferVersion.objects.get().revision == 0


def test_a_new_line_has_the_focus(office, order):
    page = office.post(address(order), posted(line(), do="add")).content.decode()

    assert re.search(r'<input[^>]*name="line-2-description"[^>]* autofocus', page)


def test_an_alternative_follows_its_line_when_lines_are_moved(office, order):
    other = line(4, description="D", kind="alternative", instead_of="1")

    page = office.post(address(order), posted(*ABC, other, do="down.1")).content.decode()

    assert 'name="line-4-instead_of" value="2"' in page


def sums_in(response):
    sums = response.context["sums"]
    return (sums.sums.gross, sums.most, sums.is_whole)


def test_the_total_is_worked_out_as_it_is_typed_and_nothing_is_saved(office, order):
    rows = [
        line(discount_percent="10"),
        line(2, quantity="1", unit_price="96", vat_rate="0", kind="optional"),
        line(3, unit_price="1480", kind="alternative", instead_of="1"),
        line(4, quantity="", unit_price="1"),
    ]

    whole = office.post(address(order), posted(*rows, do="total"))
    part = office.post(address(order), posted(*rows, do="total"), headers={"HX-Request": "true"})

    assert sums_in(whole) == (Decimal("4838.40"), Decimal(7200), False)
    page, fragment = whole.content.decode(), part.content.decode()
    for words in ("4,838.40", "With options up to", "7,200.00", "not counted"):
        assert words in page
        assert words in fragment
    for number, amount in enumerate(("4,032.00", "96.00", "5,920.00"), start=1):
        assert re.search(rf'<span id="amount-{number}"[^>]*>{amount}</span>', page)
        assert re.search(rf'<span id="amount-{number}"[^>]*hx-swap-oob="true">{amount}', fragment)
    assert "<html" not in fragment
    assert "Error:" not in page
    assert not OfferVersion.objects.get().lines.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": "-1"},
        {"quantity": "NaN"},
        {"unit_price": "1e400"},
        {"discount_percent": "101"},
        {"vat_rate": ""},
        {"vat_rate": "x"},
        {"quantity": "9999999", "unit_price": "99999999"},
    ],
)
def test_what_makes_no_sense_is_not_counted(office, order, changed):
    rows = [line(), line(2, **changed)]

    response = office.post(address(order), posted(*rows, do="total"))

    assert sums_in(response) == (Decimal(5376), None, False)


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_the_list_shows_the_total_and_what_options_can_make_of_it(client, state):
    client.force_login(a_keeper("view_offer"))
    rows = [
        a_priced_line(),
        a_priced_line("Insurance", unit_price=Decimal(10), kind="optional"),
        a_priced_line("Express", unit_price=Decimal(1480), kind="alternative", instead_of=1),
    ]
    (a_sent_offer if state == "sent" else a_draft)(lines=rows)

    page = client.get(f"{reverse('office:offer-list')}?state={state}").content.decode()
    page = page.replace("\N{NO-BREAK SPACE}", " ")

    assert "Total without options" in page
    assert "5,376.00 EUR" in page
    assert "with options up to 7,152.00 EUR" in page
    assert ("Draft of version 1" in page) == (state == "draft")


def test_the_list_shows_what_was_approved(client):
    client.force_login(a_keeper("view_offer"))
    rows = [a_priced_line(), a_priced_line("Insurance", unit_price=Decimal(10), kind="optional")]
    version = a_sent_offer(lines=rows)
    approve(version)
    take_back(version)
    approve(version, chosen=[2])

    page = client.get(reverse("office:offer-list")).content.decode()
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    offer_page = client.get(reverse("office:offer", args=[version.offer.order.number]))
    offer_page = offer_page.content.decode().replace("\N{NO-BREAK SPACE}", " ")

    for words in ("Approved total", "5,424.00 EUR"):
        assert words in page
        assert words in offer_page
    assert "with options up to" not in page
    assert 'class="tag">Chosen' in offer_page
