import re

import pytest
from django.utils import timezone

from accounts.sections import Section
from accounts.services import membership
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_user,
    an_address,
    an_admin,
)

pytestmark = pytest.mark.django_db

PAGE = "/customers/"


def numbers(response):
    return [customer.number for customer in response.context["listing"].rows]


def without_token(response):
    """The text of a page without what differs between any two of them."""
    return re.sub('name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode()).strip()


def active(client):
    """The number of the customer whose pages the client sees."""
    return client.get("/account/").context["customer"].number


def test_a_person_with_one_customer_gets_it_without_choosing(client):
    client.force_login(an_admin(a_customer("10001")))

    response = client.get("/account/")

    assert response.status_code == 200
    assert response.context["customer"].number == "10001"


def test_a_person_with_several_chooses_first_and_comes_back_to_the_page(client):
    user = an_admin(a_customer("10001"))
    an_admin(a_customer("10002"), user=user)
    client.force_login(user)

    sent = client.get("/addresses/?x=1")
    chosen = client.post(PAGE, {"customer": "10002"})

    assert sent["Location"] == PAGE
    assert chosen["Location"] == "/addresses/?x=1"
    assert active(client) == "10002"


def test_switching_later_leads_home(client):
    user = an_admin(a_customer("10001"))
    an_admin(a_customer("10002"), user=user)
    client.force_login(user)
    client.get("/addresses/")
    client.post(PAGE, {"customer": "10001"})

    assert client.post(PAGE, {"customer": "erp/10002"})["Location"] == "/"
    assert active(client) == "10002"


def test_customers_show_number_name_and_the_city_of_the_invoice_address(client):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    an_address(customer, kind="delivery", city="Potsdam")
    an_address(customer, kind="invoice", city="Bonn", removed_at=timezone.now())
    an_address(customer, kind="invoice", city="Berlin")
    user = an_admin(customer)
    an_admin(a_customer("10002"), user=user)
    client.force_login(user)

    page = client.get(PAGE).content.decode()

    assert "10001" in page
    assert "Alfreds Futterkiste" in page
    assert "Berlin, Germany" in page
    assert "None" not in page
    assert "Potsdam" not in page
    assert "Bonn" not in page


@pytest.mark.parametrize("text", ["10002", "ernst", "GRAZ", " Ernst ", "rns"])
def test_the_search_finds_number_name_and_branch(client, text):
    other = a_customer("10001", name="Alfreds Futterkiste")
    an_address(other, kind="invoice", city="Berlin")
    customer = a_customer("10002", name="Ernst Handel")
    an_address(customer, kind="invoice", city="Graz")
    user = an_admin(customer)
    an_admin(other, user=user)
    client.force_login(user)

    assert numbers(client.get(PAGE, {"q": text})) == ["10002"]


def test_a_search_without_hits_offers_to_clear_it(client):
    client.force_login(an_admin(a_customer()))

    page = client.get(PAGE, {"q": "nothing like it"}).content.decode()

    assert "Nothing found" in page
    assert 'href="/customers/">Clear search' in page


@pytest.mark.parametrize("nonsense", ["\x00", "a" * 5000, "\x01\x1b[31m", "   ", "%", "'"])
def test_nonsense_in_the_search_never_fails_the_page(client, nonsense):
    client.force_login(an_admin(a_customer("10001")))

    assert client.get(PAGE, {"q": nonsense}).status_code == 200


@pytest.mark.parametrize("nonsense", ["\x00", "a" * 5000])
def test_a_search_that_cannot_be_made_is_left_out_with_a_notice(client, nonsense):
    client.force_login(an_admin(a_customer("10001")))

    response = client.get(PAGE, {"q": nonsense})

    assert numbers(response) == ["10001"]
    assert "cannot be searched for and was left out" in response.content.decode()


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("key", ["nonsense", "\x00", "a" * 5000, "W10.x"])
def test_a_page_key_that_is_none_shows_the_first_page_with_a_notice(client, name, key):
    client.force_login(an_admin(a_customer("10001")))

    response = client.get(PAGE, {name: key})

    assert numbers(response) == ["10001"]
    assert "this is the first one" in response.content.decode()


def test_many_customers_come_by_ten_in_order_of_number_and_back(client):
    user = a_user()
    for number in range(25):
        an_admin(a_customer(f"{20000 + number}"), user=user)
    client.force_login(user)

    first = client.get(PAGE)
    second = client.get(first.context["listing"].newer)
    third = client.get(second.context["listing"].newer)
    back = client.get(third.context["listing"].older)

    assert numbers(first) == [str(20000 + number) for number in range(10)]
    assert numbers(third) == [str(20020 + number) for number in range(5)]
    assert numbers(back) == numbers(second) == [str(20010 + number) for number in range(10)]
    assert (first.context["listing"].older, third.context["listing"].newer) == ("", "")
    assert "25 customers" in first.content.decode()


@pytest.mark.parametrize("customers", [1, 3])
def test_the_list_takes_the_same_few_queries_whatever_its_length(
    client, customers, django_assert_num_queries
):
    user = a_user()
    for _ in range(customers):
        an_address(an_customer := a_customer(), kind="invoice")
        an_admin(an_customer, user=user)
    client.force_login(user)
    client.get(PAGE)
    client.post(PAGE, {"customer": an_customer.number})

    # Session, user, active customer, rows.
    with django_assert_num_queries(4):
        client.get(PAGE)


def test_htmx_gets_the_part_of_the_page_that_changes(client):
    client.force_login(an_admin(a_customer("10001")))

    whole = client.get(PAGE, {"q": "1000"})
    part = client.get(PAGE, {"q": "1000"}, headers={"HX-Request": "true"})

    assert without_token(part).startswith('<div id="results"')
    assert without_token(part) in without_token(whole)
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("value", ["99999", "", "\x00", "a" * 5000, "erp/", "/", "foreign"])
def test_choosing_a_foreign_or_unknown_customer_changes_nothing(client, value):
    a_customer("foreign")
    client.force_login(an_admin(a_customer("10001")))
    client.get("/account/")

    response = client.post(PAGE, {"customer": value})

    assert response.status_code == 404
    assert "nothing was changed" in response.content.decode()
    assert active(client) == "10001"


def test_a_number_that_two_customers_have_is_asked_back(client):
    user = an_admin(a_customer("10001", source="erp", name="In Berlin"))
    an_admin(a_customer("10001", source="old", name="In Graz"), user=user)
    client.force_login(user)

    question = client.post(PAGE, {"customer": "10001"})
    answer = client.post(PAGE, {"customer": "old/10001"})

    page = question.content.decode()
    assert question.status_code == 409
    assert ('value="erp/10001"' in page, 'value="old/10001"' in page) == (True, True)
    assert answer.status_code == 302
    assert client.get("/account/").context["customer"].name == "In Graz"


def test_a_person_without_a_customer_is_told_whom_to_ask(client):
    client.force_login(a_user())

    assert client.get("/")["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "You are not a member of any customer yet" in page
    assert "Ask the person who manages" in page


def test_staff_have_no_customer_by_themselves(client):
    a_customer("10001")
    client.force_login(a_clerk())

    assert client.get("/")["Location"] == "/office/"
    assert client.get("/account/")["Location"] == "/office/"
    assert "Your work is in the office." in client.get(PAGE).content.decode()


def test_staff_who_are_members_see_their_customer(client):
    customer = a_customer("10001")
    client.force_login(an_admin(customer, user=a_clerk()))

    assert client.get("/account/").status_code == 200


def test_a_withdrawn_right_acts_on_the_very_next_request(client):
    customer = a_customer("10001")
    user = a_member(customer)
    client.force_login(user)
    assert client.get("/account/").status_code == 200

    membership.withdraw(user_id=user.pk, customer_id=customer.pk, now=timezone.now())

    assert client.get("/account/")["Location"] == PAGE


def test_a_person_is_told_when_the_active_customer_changes_by_itself(client):
    user = a_member(first := a_customer("10001"))
    an_admin(a_customer("10002"), user=user)
    client.force_login(user)
    client.post(PAGE, {"customer": "10001"})

    membership.withdraw(user_id=user.pk, customer_id=first.pk, now=timezone.now())
    response = client.get("/account/")

    assert response.context["customer"].number == "10002"
    assert "not a member of the customer you worked for any more" in response.content.decode()


def test_rights_at_another_customer_do_not_open_a_section(client):
    first, second = a_customer("10001"), a_customer("10002")
    user = a_member(first, Section.ORDERS)
    a_member(second, user=user)
    client.force_login(user)

    client.post(PAGE, {"customer": "10001"})
    assert client.get("/account/").wsgi_request.active.sections == {"orders"}
    client.post(PAGE, {"customer": "10002"})
    assert client.get("/account/").wsgi_request.active.sections == set()


def test_a_member_of_a_family_reaches_its_customers_with_the_same_rights(client):
    family = a_family()
    first = a_customer("10001", family=family)
    a_customer("10002", family=family)
    a_customer("10003", family=a_family())
    a_customer("10004")
    client.force_login(a_member(first, Section.ORDERS, covers_family=True))

    assert numbers(client.get(PAGE)) == ["10001", "10002"]
    client.post(PAGE, {"customer": "10002"})
    assert client.get("/account/").wsgi_request.active.sections == {"orders"}
    assert client.post(PAGE, {"customer": "10003"}).status_code == 404


def test_a_membership_without_the_family_stays_with_its_customer(client):
    family = a_family()
    first = a_customer("10001", family=family)
    a_customer("10002", family=family)
    client.force_login(an_admin(first))

    assert numbers(client.get(PAGE)) == ["10001"]


def test_families_of_two_sources_with_one_id_are_two(client):
    first = a_customer("10001", family=a_family("S7", source="erp"))
    a_customer("10002", source="old", family=a_family("S7", source="old"))
    client.force_login(an_admin(first, covers_family=True))

    assert numbers(client.get(PAGE)) == ["10001"]


@pytest.mark.parametrize(
    ("has_family", "customers", "offered"),
    [(False, 1, False), (True, 1, True), (False, 2, True)],
)
def test_switching_is_offered_with_a_statistics_id_or_several_customers(
    client, has_family, customers, offered
):
    user = a_user()
    for number in range(customers):
        an_admin(a_customer(f"1000{number}", family=a_family() if has_family else None), user=user)
    client.force_login(user)
    client.post(PAGE, {"customer": "10000"})

    assert ('class="switch" href="/customers/"' in client.get("/account/").content.decode()) == (
        offered
    )


def test_the_active_customer_is_named_on_every_page(client):
    client.force_login(an_admin(a_customer("10001", name="Alfreds Futterkiste")))

    for path in ("/", "/account/", "/addresses/", "/profile/", PAGE):
        page = client.get(path).content.decode()
        assert "<b>Alfreds Futterkiste</b>" in page, path


def test_a_blocked_customer_is_told_so_on_every_page(client):
    client.force_login(an_admin(a_customer("10001", name="Alfreds", is_blocked=True)))

    assert "Alfreds is blocked." in client.get("/account/").content.decode()


def test_two_sign_ins_of_one_person_have_each_their_own_customer(client):
    user = an_admin(a_customer("10001"))
    an_admin(a_customer("10002"), user=user)
    other = type(client)()
    client.force_login(user)
    other.force_login(user)

    client.post(PAGE, {"customer": "10001"})
    other.post(PAGE, {"customer": "10002"})

    assert (active(client), active(other)) == ("10001", "10002")


def test_another_person_in_the_same_browser_starts_without_a_customer(client):
    user = an_admin(a_customer("10001"))
    an_admin(a_customer("10002"), user=user)
    client.force_login(user)
    client.post(PAGE, {"customer": "10001"})

    client.force_login(an_admin(a_customer("10003")))

    assert active(client) == "10003"


def test_a_closed_account_reaches_nothing_with_an_open_session(client):
    user = an_admin(a_customer())
    client.force_login(user)
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert client.get("/account/")["Location"].startswith("/accounts/login/")
