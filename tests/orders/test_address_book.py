"""The places that stops are filled from: used last, saved, and of the ERP."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Address
from accounts.sections import Section
from orders.models import OrderDraft, SavedAddress
from orders.services import address_book, drafts, requests
from orders.services.address_book import MOST_OFFERED, MOST_USED, Book, NothingToSave
from tests.builders.accounts import a_customer, a_member, an_address
from tests.builders.order_forms import stop
from tests.builders.wishes import NOON, a_stop, a_wish, an_order_type
from tests.threads import at_once

pytestmark = pytest.mark.django_db

FORM = "/orders/new/form/"
BOOK = "/orders/new/addresses/"
BERLIN = {
    "name": "Alfreds Futterkiste",
    "street": "Obere Str. 57",
    "postal_code": "12209",
    "city": "Berlin",
    "country": "DE",
    "contact": "Maria Anders",
    "phone": "+49300074321",
    "access_note": "Gate 3",
}


@pytest.fixture
def customer():
    return a_customer("10001")


@pytest.fixture
def maria(customer):
    an_order_type(fields={"people": "hidden"})
    return a_member(customer, Section.PLACE_ORDERS)


@pytest.fixture
def book(customer, maria):
    return Book(customer.pk, maria.pk)


@pytest.fixture
def signed_in(maria):
    client = Client()
    client.force_login(maria)
    return client


def an_order_to(maria, customer, *stops):
    requests.place(wish=a_wish(customer, stops=stops), sent_by_id=maria.pk, now=NOON)


def labels(book):
    return [(str(name), [each.label for each in found]) for name, found in book.offered]


def test_a_place_is_saved_once_however_it_is_typed(book):
    first, is_new = book.save(BERLIN, now=NOON)
    again, is_new_again = book.save(
        BERLIN | {"name": " ALFREDS  Futterkiste ", "contact": "Jo"}, now=NOON
    )

    assert (first, is_new, is_new_again) == (again, True, False)
    assert (first.label, first.contact) == ("Alfreds Futterkiste", "Maria Anders")


@pytest.mark.django_db(transaction=True)
def test_two_who_save_the_same_place_at_once_have_it_once(book):
    outcomes = at_once(*[lambda: book.save(BERLIN, now=NOON)] * 2)

    assert sorted(is_new for _address, is_new in outcomes) == [False, True]


@pytest.mark.parametrize("missing", [("city",), ("name", "street")])
def test_a_place_that_nobody_could_find_is_not_saved(book, missing):
    with pytest.raises(NothingToSave):
        book.save(BERLIN | dict.fromkeys(missing, " "), now=NOON)


def test_texts_longer_than_a_column_are_cut(book):
    address, _is_new = book.save(dict.fromkeys(SavedAddress.STOP, "x" * 5_000), now=NOON)

    address.refresh_from_db()
    assert (len(address.label), len(address.country)) == (100, 2)


def test_last_used_come_first_and_a_place_comes_once(book, maria, customer):
    an_address(customer, name="Warehouse", street="Kai 1", city="Hamburg")
    an_address(customer, name="Gone", street="Kai 2", city="Bremen", removed_at=NOON)
    an_address(a_customer(), name="Others", street="Kai 3", city="Kiel")
    book.save(BERLIN, now=NOON)
    book.save(BERLIN | {"name": "Second"}, now=NOON)
    sam = a_member(customer, Section.PLACE_ORDERS)
    an_order_to(sam, customer, a_stop(name="Sam's"))
    an_order_to(maria, customer, a_stop(name="Before"))
    an_order_to(maria, customer, a_stop(), a_stop("delivery", name="Ernst Handel"))
    an_order_to(maria, a_customer(), a_stop(name="Elsewhere"))

    assert labels(book) == [
        ("Used last", ["Alfreds Futterkiste", "Ernst Handel", "Before"]),
        ("Address book", ["Second"]),
        ("In our register", ["Warehouse"]),
    ]


def test_a_stop_offers_a_handful_of_the_many(book, maria, customer, django_assert_num_queries):
    Address.objects.bulk_create(
        Address(customer=customer, source="erp", kind="delivery", name=f"Shop {n}", city="Berlin")
        for n in range(5_000)
    )
    for number in range(12):
        an_order_to(maria, customer, a_stop(name=f"Stop {number}"))
    for number in range(30):
        book.save(BERLIN | {"name": f"Saved {number}"}, now=NOON)

    with django_assert_num_queries(4):
        counts = [len(found) for _name, found in Book(customer.pk, maria.pk).offered]

    assert counts == [MOST_USED, MOST_OFFERED, MOST_OFFERED]


def test_a_key_opens_places_of_the_own_customer_alone(book, maria, customer):
    other = a_customer()
    stranger = Book(other.pk, a_member(other, Section.PLACE_ORDERS).pk)
    colleague = Book(customer.pk, a_member(customer, Section.PLACE_ORDERS).pk)
    saved, _is_new = book.save(BERLIN, now=NOON)
    of_erp = an_address(customer)
    an_order_to(maria, customer, a_stop())
    used = book.offered[0][1][0].key

    for key in (f"saved-{saved.pk}", f"register-{of_erp.pk}", used):
        assert book.find(key) is not None
        assert stranger.find(key) is None
    assert colleague.find(used) is None
    for key in ("", "saved-", "saved-x", "other-1", f"saved-{10**30}"):
        assert book.find(key) is None


def posted(customer, **more):
    rows = [stop(name="", street="", postal_code="", city="", country="", reference="REF-1")]
    fields = {"customer": customer.reference, "order_type": "transport", "stops-1-there": "1"}
    return fields | {f"stops-1-{name}": value for name, value in rows[0].items()} | more


def test_a_chosen_address_fills_the_stop_and_keeps_the_rest(signed_in, customer, book):
    saved, _is_new = book.save(BERLIN, now=NOON)
    data = posted(customer, **{"stops-1-from": f"saved-{saved.pk}", "answers-payer": "sender"})

    response = signed_in.post(FORM, data | {"do": "stops.use.1"}, follow=True)

    draft = OrderDraft.objects.get()
    row = draft.typed["stops"][0]
    assert {name: row[name] for name in BERLIN} == BERLIN
    assert (row["reference"], row["starts"], row["kind"]) == ("REF-1", "06:00", "pickup")
    assert draft.typed["answers"]["payer"] == "sender"
    assert response.redirect_chain[-1][0] == f"{FORM}?draft={draft.pk}#stops-1"
    assert 'value="Obere Str. 57"' in response.content.decode()


def test_without_a_choice_the_person_is_told(signed_in, customer):
    response = signed_in.post(FORM, posted(customer) | {"do": "stops.use.1"}, follow=True)

    assert "Choose an address first." in response.content.decode()


def test_a_typed_address_is_saved_with_a_button(signed_in, customer):
    data = posted(customer) | {f"stops-1-{name}": value for name, value in BERLIN.items()}

    response = signed_in.post(FORM, data | {"do": "stops.keep.1"}, follow=True)

    assert SavedAddress.objects.get().city == "Berlin"
    assert "“Alfreds Futterkiste” is in the address book now." in response.content.decode()
    data |= {"draft": OrderDraft.objects.get().pk, "revision": "0"}
    response = signed_in.post(FORM, data | {"do": "stops.keep.1"}, follow=True)
    assert "is in the address book already." in response.content.decode()


@pytest.mark.parametrize("action", ["stops.use.9", "stops.keep.0", "stops.keep.9999"])
def test_a_stop_that_is_not_there_changes_nothing(signed_in, customer, action):
    assert signed_in.post(FORM, posted(customer) | {"do": action}).status_code == 302
    assert not SavedAddress.objects.exists()


def test_the_whole_book_is_looked_through_for_a_stop(signed_in, customer, book):
    for number in range(12):
        book.save(BERLIN | {"name": f"Shop {number:02}"}, now=NOON)
    an_address(customer, name="Warehouse", street="Kai 1", city="Hamburg")
    answer = signed_in.post(FORM, posted(customer) | {"do": "stops.book.1"})
    draft = OrderDraft.objects.get()
    assert answer["Location"] == f"/orders/new/drafts/{draft.pk}/stops/1/"

    page = signed_in.get(answer["Location"]).content.decode()
    assert re.findall(r"Shop (\d\d)</th>", page) == [f"{number:02}" for number in range(10)]
    page = signed_in.get(f"{answer['Location']}register/?q=kai hamb").content.decode()
    key = re.search(r'name="address" value="([\w-]+)"', page)[1]

    data = {"customer": customer.reference, "address": key}
    answer = signed_in.post(f"{answer['Location']}register/", data)

    assert answer["Location"] == f"{FORM}?draft={draft.pk}#stops-1"
    draft.refresh_from_db()
    assert (draft.typed["stops"][0]["city"], draft.revision) == ("Hamburg", 1)
    assert draft.typed["stops"][0]["reference"] == "REF-1"


def test_the_stops_of_others_drafts_are_not_filled(signed_in, customer, book):
    sam = a_member(customer, Section.PLACE_ORDERS)
    saved, _is_new = book.save(BERLIN, now=NOON)
    draft, _key = drafts.begin(
        typed={"stops": [{}]},
        language="en",
        order_type_id=an_order_type("other").pk,
        user_id=sam.pk,
        customer_id=customer.pk,
        now=timezone.now(),
    )
    url = f"/orders/new/drafts/{draft.pk}/stops/1/"

    assert signed_in.get(url).status_code == 404
    data = {"customer": customer.reference, "address": f"saved-{saved.pk}"}
    assert signed_in.post(url, data).status_code == 404
    draft.refresh_from_db()
    assert draft.typed == {"stops": [{}]}


def test_an_address_is_renamed_and_removed_by_whoever_orders(signed_in, customer, book):
    saved, _is_new = book.save(BERLIN, now=NOON)
    url = f"{BOOK}{saved.pk}/"
    data = {"customer": customer.reference}

    assert "Error:" in signed_in.post(url, data | {"label": " "}).content.decode()
    signed_in.post(url, data | {"label": "Main house"})
    assert "Main house" in signed_in.get(f"{BOOK}?q=main").content.decode()

    signed_in.post(url, data | {"do": "remove"})
    assert not SavedAddress.objects.exists()


def test_an_address_that_a_colleague_has_removed_stays_removed(book):
    saved, _is_new = book.save(BERLIN, now=NOON)
    SavedAddress.objects.all().delete()

    address_book.rename(address=saved, label="Main house")

    assert not SavedAddress.objects.exists()


def test_strangers_find_no_address_of_others(customer, book):
    saved, _is_new = book.save(BERLIN, now=NOON)
    other = a_customer("10002")
    client = Client()
    client.force_login(a_member(other, Section.PLACE_ORDERS))

    for data in ({"label": "Mine"}, {"do": "remove"}):
        answer = client.post(f"{BOOK}{saved.pk}/", data | {"customer": other.reference})
        assert answer.status_code == 404
    assert SavedAddress.objects.get().label == "Alfreds Futterkiste"
    assert "Berlin" not in client.get(BOOK).content.decode()


def test_a_page_of_five_thousand_addresses_costs_what_one_of_ten_does(
    signed_in, customer, maria, django_assert_max_num_queries
):
    SavedAddress.objects.bulk_create(
        SavedAddress(
            customer=customer,
            label=f"Shop {number:04}",
            name=f"Shop {number:04}",
            street=f"Street {number}",
            city="Berlin",
            fingerprint=f"{number}",
            saved_at=NOON,
            saved_by=maria,
        )
        for number in range(5_000)
    )

    signed_in.get(BOOK)

    with django_assert_max_num_queries(7):
        page = signed_in.get(BOOK).content.decode()

    assert "1,000+ addresses" in page
    assert page.count('scope="row"') == 10
    older = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    assert "Shop 0010" in signed_in.get(older).content.decode()
    assert "Shop 4711" in signed_in.get(f"{BOOK}?q=4711 berlin").content.decode()
