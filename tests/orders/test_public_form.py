import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Company, Customer, OutgoingMessage, StoredFile, Throttle, User
from accounts.services import account_settings, company, delivery, throttling
from orders import drafting
from orders.forms.wish import MOST_ROWS
from orders.models import GoodsLine, Order, OrderDraft, OrderLink, OrderRequest, OrderType
from orders.services import drafts, sending
from orders.services.throttles import BEGINS, LOOKS, SENDS
from orders.views import public
from tests.builders.accounts import a_user
from tests.builders.order_forms import answers, goods, stop
from tests.builders.wishes import a_product, an_order_link, an_order_type
from tests.threads import at_once

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a map"
SOON = (timezone.now() + timedelta(days=8)).date()
LATER = SOON + timedelta(days=1)


def filled(**changed):
    """The form as a browser posts it."""
    parts = {
        "answers": [answers()],
        "stops": [
            stop(day=SOON.isoformat()),
            stop("delivery", postal_code="8010", city="Graz", country="AT", day=LATER.isoformat()),
        ],
        "goods": [goods()],
        "products": [],
    } | changed
    posted = {f"answers-{name}": value for name, value in parts.pop("answers")[0].items()}
    for section, rows in parts.items():
        for number, row in enumerate(rows, start=1):
            posted[f"{section}-{number}-there"] = "1"
            posted |= {f"{section}-{number}-{name}": value for name, value in row.items()}
    return posted


class Visitor:
    """Somebody at the form: keeps no cookie, follows redirects, remembers the hidden fields."""

    def __init__(self, link):
        self.client = Client(enforce_csrf_checks=True)
        self.url = f"/order-form/{link.code}/"
        self.get(self.url)

    def get(self, url):
        return self._read(self.client.get(url, follow=True))

    def press(self, button, posted=None, **extra):
        data = {**self.hidden, **(filled() if posted is None else posted), "do": button, **extra}
        return self._read(self.client.post(self.url, data, follow=True))

    def send(self):
        return self._read(self.client.post(f"{self.url}review/", self.hidden, follow=True))

    def _read(self, response):
        assert not response.cookies
        self.response = response
        self.page = response.content.decode()
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page)
        kept = {name: value for name, value in found if name in {"form", "draft", "revision"}}
        self.hidden = kept
        return response


@pytest.fixture
def visitor():
    an_order_type()
    return Visitor(an_order_link())


def test_a_stranger_orders_without_an_account_or_a_cookie(visitor):
    visitor.press("review")
    assert "Check and send" in visitor.page
    visitor.send()

    order = Order.objects.get()
    customer = Customer.objects.get()
    assert f"Order {order.number} received" in visitor.page
    assert (order.customer, order.origin, order.status) == (customer, "web", "received")
    assert (customer.source, customer.name, customer.number[0]) == ("", "Alfreds Futterkiste", "P")
    address = customer.addresses.get()
    assert (address.kind, address.street, address.city) == ("invoice", "Obere Str. 57", "Berlin")
    message = OutgoingMessage.objects.get()
    assert (message.kind, message.recipient_address) == (
        "request_received",
        "maria@alfreds.example",
    )
    assert not User.objects.exists()
    assert OrderLink.objects.values_list("opened", "begun", "sent").get() == (1, 1, 1)
    assert order.request.order_link == OrderLink.objects.get()


def test_the_receipt_says_that_no_account_is_needed_and_how_to_get_one(visitor, client):
    visitor.press("review")
    visitor.send()

    assert "You need no account for that." in visitor.page
    # Where the link of the mail leads, as the receipt says.
    link = urlsplit(sending.follow_link(OrderRequest.objects.get(), now=timezone.now())).path
    assert "Set a password, or sign in if you have one." in client.get(link).content.decode()


def test_the_receipt_says_nothing_of_accounts_to_an_address_of_our_own_people(visitor):
    account_settings.keep(internal_domains=["alfreds.example"], now=timezone.now())
    visitor.press("review")
    visitor.send()

    assert "The mail has a private link" in visitor.page
    assert "You need no account" not in visitor.page


def test_the_receipt_is_the_same_whoever_has_the_address(visitor):
    a_user("maria@alfreds.example")
    visitor.press("review")
    visitor.send()

    assert "You need no account for that." in visitor.page


def test_guests_live_by_the_clocks_of_the_company(visitor):
    """It is Sunday evening in New York, and Monday already where the process runs."""
    company.keep(company=Company(name="Northwind", time_zone="America/New_York"))
    caches["process"].clear()
    stops = [
        stop(day="2026-11-15", starts="22:30", ends="23:30"),
        stop("delivery", day="2026-11-16", starts="08:00", ends=""),
    ]

    with time_machine.travel(datetime(2026, 11, 16, 3, tzinfo=UTC), tick=False):
        visitor = Visitor(OrderLink.objects.get())
        visitor.press("review", filled(stops=stops))
        read = visitor.page
        visitor.send()
        sent = Order.objects.get()
        link = sending.follow_link(sent.request, now=timezone.now())
        own = Client().get(urlsplit(link).path).content.decode()

    assert sent.stops.first().starts_at == datetime(2026, 11, 16, 3, 30, tzinfo=UTC)
    for page in (read, own):
        assert "15 Nov 2026, 22:30 to 23:30" in page
        assert "16 Nov 2026, from 08:00" in page


def test_a_forms_last_day_ends_where_the_company_is(visitor):
    company.keep(company=Company(name="Northwind", time_zone="America/New_York"))
    caches["process"].clear()
    OrderLink.objects.update(valid_until=date(2026, 11, 15))

    with time_machine.travel(datetime(2026, 11, 16, 3, tzinfo=UTC), tick=False):
        assert Client().get(visitor.url).status_code == 200
    with time_machine.travel(datetime(2026, 11, 16, 6, tzinfo=UTC), tick=False):
        assert Client().get(visitor.url).status_code == 410


def test_an_offer_request_says_that_a_price_comes(visitor):
    visitor.press("review", filled(answers=[answers(kind="offer")]))
    visitor.send()

    assert "Offer request W" in visitor.page
    assert OrderRequest.objects.get().kind == "offer"


def test_the_form_sent_twice_is_one_order(visitor):
    visitor.press("review")
    hidden = visitor.hidden
    visitor.send()
    visitor.hidden = hidden
    visitor.send()

    number = Order.objects.get().number
    assert f"Order {number} received" in visitor.page
    assert (Customer.objects.count(), OutgoingMessage.objects.count()) == (1, 1)


def test_only_what_was_read_is_sent(visitor):
    visitor.press("review")
    read = visitor.hidden
    visitor.press("save", filled(answers=[answers(city="Hamburg")]))
    visitor.hidden = read

    visitor.send()

    assert visitor.response.status_code == 409
    assert "changed in another window" in visitor.page
    assert "Hamburg" in visitor.page
    assert not Order.objects.exists()
    visitor.send()
    assert Customer.objects.get().addresses.get().city == "Hamburg"


def test_errors_stand_on_top_and_at_their_field_and_nothing_typed_is_lost(visitor):
    wrong = filled(answers=[answers(contact_email="m.anders@alfreds", city="Bärlin <b>")])

    visitor.press("review", wrong)

    assert "<title>Error: Transport order" in visitor.page.replace("\n", "")
    assert visitor.page.count("Write the e-mail address like name@company.com.") == 2
    assert 'href="#id_answers-contact_email"' in visitor.page
    assert 'value="m.anders@alfreds"' in visitor.page
    assert "B\u00e4rlin &lt;b&gt;" in visitor.page
    assert not Order.objects.exists()


def test_a_form_with_every_row_that_fits_is_taken():
    an_order_type(fields={"products": "required"})
    visitor = Visitor(an_order_link())
    rows = {
        section: [dict.fromkeys(drafting.ROWS[section].base_fields, "1")] * most
        for section, most in MOST_ROWS.items()
    }

    response = visitor.client.post(
        visitor.url, {**visitor.hidden, **filled(**rows), "do": "autosave"}
    )

    assert response.status_code == 200
    typed = OrderDraft.objects.get().typed
    assert {section: len(typed[section]) for section in MOST_ROWS} == MOST_ROWS


def test_a_half_filled_form_survives_a_reload(visitor):
    visitor.press("save", {"answers-company_name": "Alfr", "stops-1-city": "Ber"})
    address = visitor.response.redirect_chain[-1][0]

    again = Visitor(OrderLink.objects.get())
    again.get(address)

    assert 'value="Alfr"' in again.page
    assert 'value="Ber"' in again.page


def test_rows_are_added_and_removed_without_script(visitor):
    visitor.press("goods.add")
    assert 'id="goods-2"' in visitor.page
    assert visitor.response.redirect_chain[-1][0].endswith("#goods-2")

    visitor.press("stops.remove.1", filled(goods=[goods(), goods()]))
    draft = OrderDraft.objects.get()
    assert [row["city"] for row in draft.typed["stops"]] == ["Graz"]


def test_another_type_asks_for_other_things_and_forgets_nothing(visitor):
    coach = an_order_type(
        "coach", names={"en": "Coach"}, fields={"goods": "hidden", "people": "required"}
    )
    visitor.press("save")

    visitor.press("type", filled(goods=[]), order_type=coach.code)
    assert "Adults" in visitor.page
    assert "Goods row 1" not in visitor.page

    visitor.press("type", filled(goods=[]), order_type="transport")
    assert OrderDraft.objects.get().typed["goods"][0]["description"] == "Tinned fish"


def test_two_tabs_do_not_overwrite_each_other(visitor):
    visitor.press("save")
    stale = visitor.hidden
    visitor.press("save", filled(answers=[answers(city="Hamburg")]))
    visitor.hidden = stale

    map_of_it = SimpleUploadedFile("map.pdf", PDF)
    visitor.press("save", filled(answers=[answers(city="Bremen")]), files=map_of_it)

    assert visitor.response.status_code == 409
    assert "choose them again" in visitor.page
    assert "changed in another window" in visitor.page
    assert 'value="Bremen"' in visitor.page
    assert OrderDraft.objects.get().typed["answers"]["city"] == "Hamburg"
    visitor.press("save", filled(answers=[answers(city="Bremen")]))
    assert OrderDraft.objects.get().typed["answers"]["city"] == "Bremen"


def test_what_saves_by_itself_gets_the_draft_back(visitor):
    response = visitor.client.post(visitor.url, {**visitor.hidden, **filled(), "do": "autosave"})

    saved = response.json()
    assert saved["revision"] == 0
    assert saved["address"] == f"{visitor.url}?draft={saved['draft']}"
    assert saved["words"].startswith("Draft saved")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("map.pdf", b"MZ\x90\x00 a program", "is not what its ending says"),
        ("virus.exe", b"MZ\x90\x00", "is not taken"),
        ("empty.pdf", b"", "is empty"),
        ("huge.pdf", PDF + b"x" * (10 * 1024 * 1024), "is larger than 10 MB"),
    ],
)
def test_a_file_that_is_not_taken_says_why_and_the_form_stays(visitor, name, content, words):
    visitor.press("save", files=SimpleUploadedFile(name, content))

    assert words in visitor.page
    assert 'value="Alfreds Futterkiste"' in visitor.page
    assert OrderDraft.objects.get().files.count() == 0


def test_what_is_far_too_large_is_refused_without_being_read(visitor, monkeypatch):
    monkeypatch.setattr(public, "LARGEST_POST", 1_000)
    monkeypatch.setattr(MultiPartParser, "parse", lambda parser: pytest.fail("it was read"))

    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF + b"x" * 1_000))

    assert visitor.response.status_code == 413
    assert "The files are too large together" in visitor.page


def test_the_page_for_too_large_a_post_leads_back_to_the_draft(visitor, monkeypatch):
    visitor.press("save", filled(answers=[answers(city="Hamburg")]))
    posted_to = re.search(r'<form [^>]*action="([^"]+)"[^>]*data-part="order-form"', visitor.page)[
        1
    ]
    monkeypatch.setattr(public, "LARGEST_POST", 1_000)
    monkeypatch.setattr(MultiPartParser, "parse", lambda parser: pytest.fail("it was read"))

    visitor.url = posted_to
    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF + b"x" * 1_000))
    assert visitor.response.status_code == 413
    visitor.get(re.search(r'<a class="btn primary" href="([^"]+)"', visitor.page)[1])

    assert 'value="Hamburg"' in visitor.page


def test_files_go_along_with_the_order(visitor):
    visitor.press("review", files=SimpleUploadedFile("../../way\u202e in.pdf", PDF))
    visitor.send()

    attachment = Order.objects.get().attachments.get()
    assert (attachment.name, attachment.file.media_type) == ("way in.pdf", "application/pdf")


@pytest.mark.parametrize("by", ["type", "link"])
def test_an_empty_section_that_is_required_is_told_on_top_and_at_its_place(by):
    words = {"equipment": "required", "goods": "required"}
    an_order_type(fields=words if by == "type" else {})
    visitor = Visitor(an_order_link(fields=words if by == "link" else {}))

    visitor.press("review", filled(goods=[]))

    assert "Error:" in re.search(r"<title>(.+)</title>", visitor.page)[1]
    told = "Answer at least one question of “Equipment”."
    assert f'<a href="#id_answers-tail_lift">Tail lift: {told}</a>' in visitor.page
    assert re.search(rf'id="id_answers-tail_lift_error">.+?{told}', visitor.page, re.DOTALL)
    assert '<a href="#goods">Give at least one goods row.</a>' in visitor.page
    assert re.search(r'id="goods-error">.+?at least one goods row', visitor.page, re.DOTALL)
    assert 'value="Alfreds Futterkiste"' in visitor.page

    visitor.press("review", filled(answers=[answers(tail_lift="on")]))
    assert "Check and send" in visitor.page


def test_papers_are_taken_only_where_they_are_asked_for():
    an_order_type(fields={"attachments": "hidden"})
    visitor = Visitor(an_order_link())
    assert 'type="file"' not in visitor.page

    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF))

    assert OrderDraft.objects.get().files.count() == 0


def test_papers_that_are_required_have_to_be_there():
    an_order_type(fields={"attachments": "required"})
    visitor = Visitor(an_order_link())

    visitor.press("review")
    assert '<a href="#files">Give at least one paper.</a>' in visitor.page
    assert 'aria-describedby="files-hint files-error"' in visitor.page

    visitor.press("review", files=SimpleUploadedFile("map.pdf", PDF))
    visitor.send()
    assert Order.objects.get().attachments.count() == 1


def test_a_file_is_taken_away_again(visitor):
    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF))
    number = OrderDraft.objects.get().files.get().pk

    visitor.press(f"files.remove.{number}")

    assert OrderDraft.objects.get().files.count() == 0


@pytest.mark.parametrize("token", ["", "nonsense", "W10001:1abc:def"])
def test_a_post_that_is_not_from_our_form_is_not_taken(visitor, token):
    visitor.hidden["form"] = token

    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF))

    assert visitor.response.status_code == 400
    assert not OrderDraft.objects.exists()
    assert "This form was open for too long" in visitor.page
    assert "choose them again" in visitor.page
    assert 'value="Obere Str. 57"' in visitor.page
    visitor.press("save")
    assert OrderDraft.objects.exists()


def test_a_program_that_fills_in_everything_is_turned_away(visitor):
    visitor.press("review", website="https://spam.example")

    assert visitor.response.status_code == 400
    assert not OrderDraft.objects.exists()
    assert 'value="Maria Anders"' in visitor.page
    assert "spam.example" not in visitor.page


def test_a_review_that_was_open_for_too_long_leads_back_to_the_draft(visitor):
    visitor.press("review")
    draft = visitor.hidden["draft"]
    visitor.hidden["form"] = "nonsense"

    visitor.send()

    assert visitor.response.status_code == 400
    assert f'href="{visitor.url}?draft={draft}"' in visitor.page
    assert not Order.objects.exists()


def test_the_form_of_another_link_does_not_open_the_draft(visitor):
    visitor.press("save")
    other = Visitor(an_order_link())

    other.get(f"{other.url}?draft={visitor.hidden['draft']}")

    assert "This draft is not there any more" in other.page
    assert "Alfreds" not in other.page


@pytest.mark.parametrize(
    "fields", [{"valid_until": date(2020, 1, 1)}, {"revoked_at": timezone.now()}]
)
def test_a_closed_link_says_so_and_takes_nothing(visitor, fields):
    OrderLink.objects.update(sites=["https://www.example.com"], **fields)

    visitor.press("review")

    assert visitor.response.status_code == 410
    assert "takes no orders here any more" in visitor.page
    # In a frame too, instead of an empty one.
    assert "X-Frame-Options" not in visitor.response.headers
    policy = visitor.response.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.example.com" in policy
    assert not OrderDraft.objects.exists()


def a_visitor_for_one_type(**fields):
    kind = an_order_type("coach", names={"en": "Coach charter"}, **fields)
    return Visitor(an_order_link(order_type=kind)), kind


def switch_off(kind):
    OrderType.objects.filter(pk=kind.pk).update(is_active=False)


@pytest.mark.parametrize("button", ["save", "review", "goods.add"])
def test_a_type_that_is_switched_off_is_not_ordered_through_a_link_for_it(button):
    visitor, kind = a_visitor_for_one_type()
    switch_off(kind)

    visitor.press(button)
    assert visitor.response.status_code == 410
    assert "“Coach charter” cannot be ordered by this form at the moment" in visitor.page
    assert company.current().email in visitor.page
    visitor.get(visitor.url)
    assert visitor.response.status_code == 410
    assert not OrderDraft.objects.exists()

    OrderType.objects.update(is_active=True)
    visitor.get(visitor.url)
    assert visitor.response.status_code == 200


def test_what_was_typed_before_a_type_was_switched_off_stays_readable():
    visitor, kind = a_visitor_for_one_type()
    visitor.press("save", filled(answers=[answers(city="Hamburg", contact_phone="<b>12")]))
    draft = visitor.hidden["draft"]
    switch_off(kind)

    visitor.get(f"{visitor.url}?draft={draft}")
    for typed in ("Hamburg", "&lt;b&gt;12", "Tinned fish", "Germany", "EUR pallet", "Graz"):
        assert typed in visitor.page
    assert "Stop 2" in visitor.page
    visitor.client.post(f"{visitor.url}review/", visitor.hidden)
    assert not Order.objects.exists()


def test_what_is_posted_to_a_form_that_closed_meanwhile_stays_readable():
    visitor, kind = a_visitor_for_one_type()
    visitor.press("save", filled(answers=[answers(city="Hamburg")]))
    switch_off(kind)

    visitor.press("review", filled(answers=[answers(city="Bremen")]))

    assert "Bremen" in visitor.page
    assert "Hamburg" not in visitor.page
    assert OrderDraft.objects.get().typed["answers"]["city"] == "Hamburg"


@pytest.mark.parametrize("also", [{"form": "forged"}, {"draft": "unknown"}])
def test_nothing_foreign_is_shown_by_a_closed_form(also):
    visitor, kind = a_visitor_for_one_type()
    hidden = visitor.hidden
    switch_off(kind)

    typed = {"answers-city": "Elsewhere", "do": "save"} if "form" in also else {}
    visitor.client.post(visitor.url, {**hidden, **typed, **also})
    response = visitor.client.post(visitor.url, {**hidden, **typed, **also})

    assert response.status_code == 410
    assert "What you filled in" not in response.content.decode()


def test_a_draft_that_was_sent_is_not_shown_by_a_closed_form():
    visitor, kind = a_visitor_for_one_type()
    visitor.press("review")
    draft = visitor.hidden["draft"]
    visitor.send()
    switch_off(kind)

    visitor.get(f"{visitor.url}?draft={draft}")

    assert visitor.response.status_code == 410
    assert "Alfreds" not in visitor.page


@pytest.mark.parametrize("code", ["nowhere", "%00", "n%C3%B6"])
def test_an_unknown_link_is_not_found(client, code):
    assert client.get(f"/order-form/{code}/").status_code == 404


def test_a_link_decides_kind_type_language_and_what_stands_in_it():
    kind = an_order_type("coach", names={"de": "Busanmietung"}, fields={"people": "optional"})
    an_order_type("other")
    link = an_order_link(
        offers="offer",
        order_type=kind,
        language="de",
        prefilled={"answers": {"city": "Helsinki"}},
        fields={"business_id": "hidden"},
    )

    visitor = Visitor(link)

    assert '<html lang="de"' in visitor.page
    assert "Busanmietung" in visitor.page
    assert 'name="answers-kind" value="offer"' in visitor.page
    assert 'name="order_type" value="coach"' in visitor.page
    assert 'value="Helsinki"' in visitor.page
    assert "business_id" not in visitor.page


def test_products_are_ordered_by_number():
    product = a_product("AB-11")
    an_order_type("products", fields={"products": "required", "goods": "hidden"})
    visitor = Visitor(an_order_link())
    rows = [{"number": "ab-11", "quantity": "3"}]

    visitor.press("review", filled(goods=[], products=rows))
    visitor.send()

    assert Order.objects.get().lines.get().product == product


def test_a_guests_receipt_repeats_nothing_that_was_typed(visitor):
    """Else anybody could have us mail anything to anybody."""
    visitor.press(
        "review",
        filled(
            answers=[
                answers(
                    company_name="Win Inc.",
                    contact_name="Click win.example",
                    customer_reference="Prize 17",
                    note_to_planner="Your account is blocked",
                    city="Ruritania",
                )
            ],
            stops=[
                stop(name="win.example", day=SOON.isoformat()),
                stop("delivery", name="Prize hall", city="Wintown", day=LATER.isoformat()),
            ],
            goods=[goods(description="A million")],
        ),
    )
    visitor.send()
    delivery.send_due(clock=timezone.now)

    order = Order.objects.get()
    [letter] = mail.outbox
    everything = f"{letter.subject} {letter.to} {letter.message().as_string()} {letter.body}"
    for typed in ("Win", "win.example", "Prize", "blocked", "Ruritania", "Click", "million"):
        assert typed not in everything
    assert letter.to == ["maria@alfreds.example"]
    assert order.number in letter.subject
    assert order.request.order_type.name in letter.body
    assert date_format(timezone.localtime(order.request.sent_at), "DATETIME_FORMAT") in letter.body


def test_the_private_link_in_the_mail_shows_the_order_to_anybody(visitor):
    visitor.press("review", filled(answers=[answers(note_to_driver="Ring twice")]))
    visitor.send()
    delivery.send_due(clock=timezone.now)
    path = re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[0].body)[1]

    page = Client().get(path)

    order = Order.objects.get()
    assert page.status_code == 200
    assert order.number in page.content.decode()
    assert "Graz" in page.content.decode()


def test_what_is_ordered_at_short_notice_says_that_it_stays(visitor):
    OrderType.objects.update(cut_off_hours=24 * 30)
    visitor.press("review")
    visitor.send()
    delivery.send_due(clock=timezone.now)
    path = re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[0].body)[1]

    too_late = "It is too late to change or cancel it here"
    assert too_late in visitor.page
    assert too_late in mail.outbox[0].body
    assert too_late in Client().get(path).content.decode()


def test_too_many_forms_from_one_network_have_to_wait(visitor):
    visitor.press("review")
    throttling.admit(tries={SENDS: "127.0.0.0/24"}, now=timezone.now())
    Throttle.objects.update(tries=30, blocked_until=timezone.now() + timedelta(minutes=1))

    visitor.send()

    assert visitor.response.status_code == 429
    assert "There were too many tries" in visitor.page
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("typed_in", "text", "language", "shown"),
    [
        ("fi", "1,5", "en", "1.5"),
        ("sv", "1,125", "en", "1.125"),
        ("de", "1.125", "fi", "1\xa0125"),
        ("en", "1,125.50", "de", "1.125,50"),
        ("en", "1,125", "fi", "1\xa0125"),
        ("fi", "1\xa0125,5", "sv", "1\xa0125,5"),
        ("fi", "many", "en", "many"),
        ("en", "0,5", "fi", "0,5"),
        ("", "1,5", "fi", "1,5"),
        ("fi", "NaN", "en", "NaN"),
    ],
)
def test_a_number_means_the_same_when_another_language_is_chosen(
    visitor, typed_in, text, language, shown
):
    visitor.press("save", filled(goods=[goods(gross_weight=text)]), language=typed_in or "en")
    OrderDraft.objects.update(language=typed_in)

    visitor.get(f"{visitor.url}?draft={visitor.hidden['draft']}&language={language}")

    assert f'name="goods-1-gross_weight" value="{shown}"' in visitor.page


def test_what_was_typed_in_one_language_is_sent_as_it_was_meant_in_another(visitor):
    visitor.press("save", filled(goods=[goods(gross_weight="1,125")]), language="fi")
    token = visitor.hidden["draft"]

    visitor.get(f"{visitor.url}review/?draft={token}&language=en")
    visitor.send()

    assert GoodsLine.objects.get().gross_weight == Decimal("1.125")
    assert OrderDraft.objects.get().typed["goods"][0]["gross_weight"] == "1,125"


def test_a_page_says_in_which_language_it_was_filled_in(visitor):
    visitor.get(f"{visitor.url}?language=fi")
    assert '<input type="hidden" name="typed_in" value="fi">' in visitor.page
    day = stop(day="24.11.2027")

    visitor.press(
        "save", filled(stops=[day], goods=[goods(quantity="1,125")]), typed_in="fi", language="en"
    )

    draft = OrderDraft.objects.get()
    assert (draft.language, draft.typed["goods"][0]["quantity"]) == ("en", "1.125")
    assert draft.typed["stops"][0]["day"] == "2027-11-24"


def test_rows_that_are_hidden_meanwhile_mean_the_same_too(visitor):
    an_order_type("coach", fields={"goods": "hidden"})
    visitor.press("save", filled(goods=[goods(quantity="1,125")]), language="fi")
    visitor.press("type", filled(goods=[]), order_type="coach", language="fi")
    visitor.press("save", filled(goods=[]), order_type="coach", language="en")
    visitor.press("type", filled(goods=[]), order_type="transport", language="en")

    assert 'name="goods-1-quantity" value="1.125"' in visitor.page


def test_a_language_that_was_chosen_stays_without_a_cookie(visitor):
    visitor.get(f"{visitor.url}?language=sv")
    assert '<html lang="sv"' in visitor.page

    visitor.press("save", language="sv")
    assert f"draft={visitor.hidden['draft']}&amp;language=de" in visitor.page

    assert '<html lang="sv"' in visitor.page
    assert "language=sv" in visitor.response.redirect_chain[-1][0]


@pytest.mark.parametrize("page", ["", "review/"])
def test_a_network_that_looks_at_many_rows_again_and_again_has_to_wait(visitor, page):
    visitor.press("save", filled(goods=[goods()] * 60))
    many = visitor.hidden["draft"]
    visitor.press("save", {"draft": "", "revision": ""} | filled())
    few = visitor.hidden["draft"]
    throttling.admit(tries={LOOKS: "127.0.0.0/24"}, now=timezone.now())
    Throttle.objects.update(tries=600, blocked_until=timezone.now() + timedelta(minutes=1))

    visitor.get(f"{visitor.url}{page}?draft={many}")
    assert visitor.response.status_code == 429
    assert f"draft={many}" in visitor.page

    visitor.get(f"{visitor.url}{page}?draft={few}")
    assert visitor.response.status_code == 200


def test_a_network_that_begins_form_after_form_has_to_wait(visitor):
    throttling.admit(tries={BEGINS: "127.0.0.0/24"}, now=timezone.now())
    Throttle.objects.update(tries=100, blocked_until=timezone.now() + timedelta(minutes=1))

    visitor.press("save")

    assert visitor.response.status_code == 429
    assert not OrderDraft.objects.exists()
    assert "There were too many tries" in visitor.page
    assert 'value="Obere Str. 57"' in visitor.page


def test_files_of_drafts_that_nobody_sends_do_not_stay(visitor):
    visitor.press("save", files=SimpleUploadedFile("map.pdf", PDF))
    StoredFile.objects.update(kept_at=timezone.now() - timedelta(days=1))

    drafts.forget_ended(now=timezone.now() + timedelta(days=15))

    assert not StoredFile.objects.exists()


def test_files_of_an_order_stay_when_its_draft_is_forgotten(visitor):
    visitor.press("review", files=SimpleUploadedFile("map.pdf", PDF))
    visitor.send()
    StoredFile.objects.update(kept_at=timezone.now() - timedelta(days=1))

    drafts.forget_ended(now=timezone.now() + timedelta(days=15))

    assert StoredFile.objects.get() == Order.objects.get().attachments.get().file


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_a_guest_that_send_at_once_make_one_order_and_one_customer():
    an_order_type()
    visitor = Visitor(an_order_link())
    visitor.press("review")

    def send():
        tab = Client(enforce_csrf_checks=True)
        return tab.post(f"{visitor.url}review/", visitor.hidden, follow=True).content.decode()

    pages = at_once(send, send)

    number = Order.objects.get().number
    assert all(f"Order {number} received" in page for page in pages)
    assert (Customer.objects.count(), OutgoingMessage.objects.count()) == (1, 1)
    assert OrderLink.objects.get().sent == 1
