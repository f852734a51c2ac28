import threading

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, Customer, DuplicateSearch, PossibleDuplicate
from accounts.services import claiming, duplicates
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_member,
    a_role,
    a_user,
    an_address,
    an_admin,
)
from tests.builders.wishes import a_guest
from tests.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db


def search():
    duplicates.search_waiting(clock=timezone.now)


def found():
    """The pairs as they stand, by number of the other one: the reasons."""
    return {pair.other.number: pair.reasons for pair in PossibleDuplicate.objects.all()}


@pytest.mark.parametrize(
    ("country", "kept", "typed"),
    [
        ("FI", {"business_id": "1234567-1"}, "FI12345671"),
        ("FI", {"vat_id": "FI 12345671"}, "1234567-1"),
        ("DE", {"vat_id": "DE 136 695 976"}, "136695976"),
        ("SE", {"business_id": "556123-4567"}, "SE556123456701"),
    ],
)
def test_an_id_is_found_however_it_is_written(country, kept, typed):
    a_customer("10001", country=country, **kept)
    a_customer("10002", country=country, business_id="2345678-0")
    a_guest(business_id=typed, country=country, name="Unlike", postal_code="")

    search()

    assert found() == {"10001": ["business_id"]}


def test_the_address_of_the_register_and_of_people_is_found():
    a_customer("10001", email="Maria@Alfreds.example")
    people = a_customer("10002")
    a_member(people, user=a_user("maria@alfreds.example", email_verified_at=timezone.now()))
    unproven = a_customer("10003")
    a_member(unproven, user=a_user("other@alfreds.example"))
    a_guest(business_id="", name="Unlike")

    search()

    assert found() == {"10001": ["email"], "10002": ["domain", "email"]}


def test_a_public_provider_says_nothing():
    a_member(a_customer(), user=a_user("ann@gmail.com", email_verified_at=timezone.now()))
    a_guest("maria@gmail.com", business_id="", name="Unlike")

    search()

    assert found() == {}


def test_a_similar_name_counts_in_the_same_place_alone():
    here = a_customer("10001", name="ALFRED'S FUTTERKISTE GmbH")
    an_address(here, postal_code="12209")
    elsewhere = a_customer("10002", name="Alfreds Futterkiste")
    an_address(elsewhere, postal_code="10115")
    other = a_customer("10003", name="Berliner Brauhaus")
    an_address(other, postal_code="12209")
    a_guest(business_id="")

    search()

    assert found() == {"10001": ["name"]}


def test_two_guests_of_one_company_are_one_pair():
    first, second = a_guest(), a_guest()

    search()

    pair = PossibleDuplicate.objects.get()
    assert {pair.newcomer, pair.other} == {first, second}
    assert pair.reasons == ["business_id", "email", "name"]
    assert not DuplicateSearch.objects.exists()


def test_many_guests_of_one_company_are_each_paired_with_the_first():
    of_erp = a_customer("10001", business_id="DE136695976", country="DE")
    first, *later = [a_guest() for _ in range(5)]

    for _ in range(2):
        duplicates.ask_again(now=timezone.now())
        search()

    pairs = set(PossibleDuplicate.objects.values_list("newcomer", "other"))
    assert pairs == {
        (first.pk, of_erp.pk),
        *((guest.pk, of_erp.pk) for guest in later),
        *((guest.pk, first.pk) for guest in later),
    }


def test_after_a_no_the_next_oldest_is_compared():
    first, second, third = a_guest(), a_guest(), a_guest()
    search()
    pair = PossibleDuplicate.objects.get(newcomer=third)
    assert pair.other == first

    duplicates.dismiss(pair_id=pair.pk, user_id=a_clerk().pk, now=timezone.now())
    duplicates.ask_again(now=timezone.now())
    search()

    assert set(PossibleDuplicate.objects.open().values_list("newcomer", "other")) == {
        (second.pk, first.pk),
        (third.pk, second.pk),
    }


@pytest.mark.parametrize("which", ["newcomer", "other"])
def test_pairs_of_customers_that_are_gone_are_no_questions(client, which):
    a_customer("10001", business_id="DE136695976", country="DE")
    guest = a_guest()
    search()
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)
    path = "/office/customers/duplicates/"
    assert guest.number in client.get(path).content.decode()

    gone = getattr(PossibleDuplicate.objects.get(), which)
    gone.removed_at = timezone.now()
    gone.save()

    assert guest.number not in client.get(path).content.decode()
    assert not duplicates.of(guest).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ask", ["ask", "ask_again"])
def test_what_is_asked_while_a_search_ends_is_searched_again(ask):
    guest = a_guest()
    claimed = threading.Event()

    def search_slowly():
        with transaction.atomic():
            duplicates._search_next(now=timezone.now())
            claimed.set()
            until_somebody_waits()

    def ask_meanwhile():
        claimed.wait(10)
        if ask == "ask":
            duplicates.ask(customer_id=guest.pk, now=timezone.now())
        else:
            duplicates.ask_again(now=timezone.now())

    assert at_once(search_slowly, ask_meanwhile) == [None, None]

    assert DuplicateSearch.objects.get().customer == guest


def test_what_the_office_has_said_is_not_found_again():
    clerk = a_clerk()
    a_customer("10001", business_id="DE136695976", country="DE")
    guest = a_guest()
    search()
    pair = PossibleDuplicate.objects.get()

    duplicates.dismiss(pair_id=pair.pk, user_id=clerk.pk, now=timezone.now())
    duplicates.dismiss(pair_id=pair.pk, user_id=a_clerk().pk, now=timezone.now())
    duplicates.ask_again(now=timezone.now())
    search()

    assert not PossibleDuplicate.objects.open().exists()
    assert PossibleDuplicate.objects.get().dismissed_by == clerk
    assert AuditEntry.objects.filter(kind="not_a_duplicate", customer=guest).count() == 1


def test_a_customer_that_the_erp_gets_later_is_found_the_next_day():
    a_guest()
    search()
    a_customer("10001", business_id="DE136695976", country="DE")

    duplicates.ask_again(now=timezone.now())
    search()

    assert found() == {"10001": ["business_id"]}


def test_claiming_has_the_customer_compared_anew():
    guest = a_guest()
    search()
    user = a_user("maria@alfreds.example", email_verified_at=timezone.now())

    claiming.claim(user_id=user.pk, now=timezone.now())

    assert DuplicateSearch.objects.get().customer == guest


def test_a_search_asks_as_much_whatever_the_table_holds(django_assert_max_num_queries):
    for number in range(30):
        a_customer(name=f"Alfreds Futterkiste {number}", email=f"x{number}@y.example")
    a_guest()

    with django_assert_max_num_queries(18):
        search()


# Pages


@pytest.fixture
def pair():
    a_customer("10001", business_id="DE136695976", country="DE", name="Alfreds GmbH")
    a_guest()
    search()
    return PossibleDuplicate.objects.get()


def test_the_office_reads_the_pairs_and_compares_them(client, pair):
    client.force_login(a_clerk())
    assert client.get("/office/customers/duplicates/").status_code == 403
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)

    page = client.get("/office/customers/duplicates/").content.decode()
    assert pair.newcomer.number in page
    assert "Same business id or VAT id" in page
    page = client.get(f"/office/customers/duplicates/{pair.pk}/").content.decode()
    assert "Alfreds GmbH" in page
    assert "Obere Str. 57" in page
    assert "Merge P" not in page
    assert client.post(f"/office/customers/duplicates/{pair.pk}/dismiss/").status_code == 403


def test_a_pair_is_said_to_be_none_and_found_among_those(client, pair):
    clerk = a_clerk()
    a_role("Sales", clerk, customers="process")
    client.force_login(clerk)

    response = client.post(f"/office/customers/duplicates/{pair.pk}/dismiss/", follow=True)

    assert "No possible duplicates" in response.content.decode()
    said = client.get("/office/customers/duplicates/?status=dismissed").content.decode()
    assert pair.newcomer.number in said


def test_the_customer_page_says_that_it_may_be_there_twice(client, pair):
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)

    page = client.get(f"/office/customers/{pair.newcomer_id}/").content.decode()

    assert f"/office/customers/duplicates/{pair.pk}/" in page


def test_members_and_strangers_find_no_such_page(client, pair):
    for person in (an_admin(pair.newcomer), an_admin(a_customer())):
        client.force_login(person)
        assert client.get(f"/office/customers/duplicates/{pair.pk}/").status_code == 404
        assert client.post(f"/office/customers/duplicates/{pair.pk}/dismiss/").status_code == 404


def test_the_list_asks_as_much_for_one_pair_as_for_many(client, django_assert_max_num_queries):
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)
    a_customer("10001", business_id="DE136695976", country="DE")
    a_guest("one@alfreds.example")
    search()
    client.get("/office/customers/duplicates/")
    for number in range(6):
        a_guest(f"guest{number}@alfreds.example", name=f"Other {number}")
    search()
    assert Customer.objects.count() == 8

    with django_assert_max_num_queries(12):
        client.get("/office/customers/duplicates/")
