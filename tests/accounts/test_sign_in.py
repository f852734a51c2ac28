from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.purposes import SIGN_IN
from accounts.services import account_settings, sign_in
from accounts.tasks import forget_sessions
from portal import settings as production
from tests.builders.accounts import PASSWORD, a_customer, a_link, a_member, a_user, an_admin

pytestmark = pytest.mark.django_db


def post(client, email, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("maria@customer.example", PASSWORD),
        ("  Maria@Customer.Example ", PASSWORD),
        ("maria@customer.example", f"  {PASSWORD}\t"),
    ],
)
def test_case_and_spaces_around_what_is_typed_do_not_matter(client, email, password):
    user = an_admin(a_customer(), email="maria@customer.example")

    response = post(client, email, password)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_spaces_around_a_password_do_not_count_when_it_is_set(client):
    user = User.objects.create_user("maria@customer.example", f" {PASSWORD} ")

    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("email", ["maria@customer.example", "nobody@customer.example"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_words(client, email):
    a_user("maria@customer.example")

    response = post(client, email, "wrong")

    page = response.content.decode()
    assert response.status_code == 200
    assert "do not belong together" in page
    assert f'value="{email}"' in page
    assert "wrong" not in page
    assert "Error:" in page
    assert "_auth_user_id" not in client.session


def test_a_person_whose_access_was_closed_is_told_after_the_right_password_only(client):
    a_user("maria@customer.example", is_active=False)

    assert post(client, "maria@customer.example")["Location"] == "/accounts/inactive/"
    assert "access is closed" in client.get("/accounts/inactive/").content.decode()
    assert "do not belong together" in post(client, "maria@customer.example", "x").content.decode()


def test_guessing_the_password_of_one_person_waits_longer_and_longer(client):
    user = a_user("maria@customer.example")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for _ in range(5):
            post(client, user.email, "wrong")
        blocked = post(client, user.email)
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        post(client, user.email, "wrong")
        again = post(client, user.email)
    with time_machine.travel(now + timedelta(seconds=61 + 121), tick=False):
        right = post(client, user.email)

    assert (blocked.status_code, again.status_code) == (429, 429)
    assert "Wait 1 minute," in blocked.text
    assert "Wait 2 minutes," in again.text
    assert f'value="{user.email}"' in blocked.text
    assert right["Location"] == "/"


def test_an_unknown_address_has_to_wait_as_long_as_a_known_one(client):
    a_user("maria@customer.example")

    for email in ("maria@customer.example", "nobody@customer.example"):
        for _ in range(5):
            post(client, email, "wrong")
    known, unknown = (
        post(client, email, "wrong")
        for email in ("maria@customer.example", "nobody@customer.example")
    )

    assert (known.status_code, unknown.status_code) == (429, 429)
    assert known.context["form"].errors == unknown.context["form"].errors


def test_the_right_password_forgives_the_wrong_ones_before_it(client):
    user = a_user()

    for _ in range(3):
        for _ in range(4):
            post(client, user.email, "wrong")
        assert post(client, user.email).status_code == 302
        client.logout()


def test_guessing_from_one_network_has_to_wait_whoever_is_guessed(client):
    for number in range(30):
        post(client, f"person-{number}@customer.example", "wrong")

    response = post(client, "person-30@customer.example", "wrong")
    elsewhere = client.post(
        "/accounts/login/",
        {"login": "person-30@customer.example", "password": "wrong"},
        REMOTE_ADDR="198.51.100.7",
    )

    assert (response.status_code, elsewhere.status_code) == (429, 200)
    assert "Wait 1 minute," in response.text


@pytest.mark.parametrize("cache", ["portal.lib.cache.RedisCache"])
def test_guesses_count_while_redis_is_away(client, settings, cache):
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": cache, "LOCATION": "redis://127.0.0.1:1/0"}
    }
    user = a_user()

    for _ in range(5):
        post(client, user.email, "wrong")

    assert post(client, user.email).status_code == 429


@pytest.mark.parametrize(
    ("groups", "place"),
    [
        (["EXPORT"], "/accounts/restricted/"),
        (["EXPORT", "HOME"], "/accounts/restricted/"),
        (["HOME"], "/"),
        ([], "/"),
    ],
)
def test_people_of_restricted_groups_only_are_told_after_the_right_password(client, groups, place):
    user = an_admin(a_customer(group="EXPORT"))
    account_settings.keep(restricted_groups=groups, now=timezone.now())

    wrong = post(client, user.email, "wrong")
    right = post(client, user.email)

    assert "do not belong together" in wrong.text
    assert right["Location"] == place
    assert ("_auth_user_id" in client.session) == (place == "/")
    assert "does not use this portal" in client.get("/accounts/restricted/").text


def test_people_with_one_unrestricted_customer_come_in_and_so_does_the_office(client):
    account_settings.keep(restricted_groups=["EXPORT"], now=timezone.now())
    of_both = an_admin(a_customer(group="EXPORT"))
    a_member(a_customer(group="HOME"), user=of_both)
    office = an_admin(a_customer(group="EXPORT"), is_staff=True)

    for user in (of_both, office, a_user()):
        assert post(Client(), user.email)["Location"] == "/"


def test_a_restricted_person_is_not_let_in_by_a_link_either(client):
    account_settings.keep(restricted_groups=["EXPORT"], now=timezone.now())
    user = an_admin(a_customer(group="EXPORT"))

    by_link = client.post(f"/p/{a_link(user, SIGN_IN)}/")
    by_password = client.post(f"/p/{a_link(user)}/", {"password": "Green bottles 7"})

    assert by_link["Location"] == by_password["Location"] == "/accounts/restricted/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("bad", ["\x00", "a" * 5000, "no address", ""])
def test_nonsense_as_address_or_password_is_refused_with_words(client, bad):
    response = post(client, bad, bad)

    assert response.status_code == 200
    assert response.context["form"].errors.keys() >= {"login"}


def test_passwords_are_kept_by_argon2(settings):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS

    assert identify_hasher(a_user().password).algorithm == "argon2"


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/orders/?q=1", "/orders/?q=1"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("\x00", "/"),
    ],
)
def test_signing_in_leads_back_to_a_page_of_the_portal_and_nowhere_else(client, wanted, reached):
    user = a_user()

    response = post(client, user.email, next=wanted)

    assert response["Location"] == reached


def test_people_without_a_session_are_sent_to_sign_in_and_back(client):
    response = client.get("/account/?x=1")

    target = urlsplit(response["Location"])
    assert (response.status_code, target.path) == (302, "/accounts/login/")
    assert parse_qs(target.query) == {"next": ["/account/?x=1"]}


def test_htmx_moves_the_whole_page_to_the_sign_in_and_back_to_the_page_that_was_open(client):
    response = client.get(
        "/customers/?q=a",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/customers/?q=b#results",
        },
    )

    assert "Location" not in response.headers
    assert response["HX-Redirect"] == "/accounts/login/?next=/customers/%3Fq%3Db"


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://[", "", None])
def test_htmx_with_a_foreign_or_broken_address_leads_home_after_signing_in(client, address):
    headers = {"HX-Request": "true"} | ({"HX-Current-URL": address} if address is not None else {})

    response = client.get("/customers/", headers=headers)

    assert response["HX-Redirect"] == "/accounts/login/?next=/"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client):
    response = client.post("/profile/", headers={"Referer": "http://testserver/profile/"})

    assert response["Location"] == "/accounts/login/?next=/profile/"


def test_signing_out_takes_a_button_and_ends_on_a_page_that_goes_home(client):
    user = an_admin(a_customer())
    client.force_login(user)

    question = client.get("/accounts/logout/").content.decode()
    response = client.post("/accounts/logout/")
    page = client.get("/accounts/signed-out/").content.decode()

    assert "Sign out?" in question
    assert (response.status_code, response["Location"]) == (302, "/accounts/signed-out/")
    assert response["Clear-Site-Data"] == '"cache"'
    assert "_auth_user_id" not in client.session
    assert 'data-seconds="5"' in page
    assert 'data-href="/"' in page
    assert '<a class="btn" href="/">' in page


def test_signing_out_twice_is_harmless(client):
    assert client.post("/accounts/logout/")["Location"] == "/accounts/signed-out/"
    assert client.get("/accounts/logout/")["Location"] == "/accounts/signed-out/"


def test_whoever_is_signed_in_is_not_told_goodbye(client):
    client.force_login(an_admin(a_customer()))

    assert client.get("/accounts/signed-out/")["Location"] == "/"


def test_pages_of_people_who_are_signed_in_are_kept_by_no_cache(client):
    client.force_login(an_admin(a_customer()))

    assert client.get("/account/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path",
    ["/accounts/signup/", "/accounts/confirm-email/", "/accounts/password/set/", "/accounts/"],
)
def test_what_is_not_built_of_allauth_is_not_there(client, path):
    assert client.get(path).status_code == 404


def test_a_session_ends_two_hours_after_the_last_page(client):
    client.force_login(an_admin(a_customer()))
    start = timezone.now()

    with time_machine.travel(start + timedelta(minutes=90), tick=False):
        assert client.get("/account/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=90 + 119), tick=False):
        assert client.get("/account/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=90 + 119 + 121), tick=False):
        assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("remember", "longest"), [("", timedelta(hours=12)), ("on", timedelta(days=14))]
)
def test_a_session_ends_for_good_however_busy_it_is(client, remember, longest):
    user = an_admin(a_customer())
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        post(client, user.email, remember=remember)

    moment, step = start, longest / 24
    while moment + step < start + longest:
        moment += step
        with time_machine.travel(moment, tick=False):
            assert client.get("/account/").status_code == 200
    with time_machine.travel(start + longest, tick=False):
        assert client.get("/account/").status_code == 302


def test_a_busy_session_is_written_every_five_minutes_at_most(client, django_assert_num_queries):
    client.force_login(an_admin(a_customer()))
    client.get("/account/")
    written = client.session[sign_in.SEEN]

    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        client.get("/account/")
    assert client.session[sign_in.SEEN] == written
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.get("/account/")
    assert client.session[sign_in.SEEN] > written


def test_noting_that_a_person_is_there_overwrites_nothing_chosen_meanwhile(client):
    client.force_login(a_user())
    tab = SessionStore(client.session.session_key)
    later = timezone.now() + timedelta(minutes=6)

    sign_in.keep_alive(session=tab, now=later)
    other_tab = SessionStore(tab.session_key)
    other_tab["customer_id"] = 7
    other_tab.save()

    assert not tab.modified
    assert SessionStore(tab.session_key)["customer_id"] == 7


def test_a_session_that_was_signed_out_meanwhile_stays_so(client):
    client.force_login(a_user())
    tab = SessionStore(client.session.session_key)
    assert tab[sign_in.SEEN]
    Session.objects.all().delete()

    sign_in.keep_alive(session=tab, now=timezone.now() + timedelta(minutes=6))

    assert tab.is_empty()
    assert not Session.objects.exists()


def test_rows_of_sessions_that_ended_are_deleted_and_no_others(client):
    other = type(client)()
    client.force_login(a_user())
    other.force_login(a_user())
    ended = Session.objects.get(pk=other.session.session_key)
    ended.expire_date = timezone.now() - timedelta(seconds=1)
    ended.save(update_fields=["expire_date"])

    forget_sessions()

    assert [session.pk for session in Session.objects.all()] == [client.session.session_key]


def test_two_browsers_of_one_person_do_not_end_each_other(client):
    user = an_admin(a_customer())
    other = type(client)()
    post(client, user.email)
    post(other, user.email)

    other.post("/accounts/logout/")

    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_the_admin_is_behind_the_same_sign_in(client):
    response = client.get("/admin/login/?next=/admin/")

    assert response["Location"] == "/accounts/login/?next=%2Fadmin%2F"
