from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import membership, sessions
from accounts.tasks import forget_sessions
from tests.builders.accounts import PASSWORD, a_customer, a_link, a_user, an_admin

pytestmark = pytest.mark.django_db

LIST = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


def signed_in(user, agent=FIREFOX, address="192.0.2.1"):
    browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def row_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key)


def test_people_see_where_they_are_signed_in():
    user = an_admin(a_customer())
    phone = signed_in(user, PHONE, "2001:db8::7")
    desk = signed_in(user)
    signed_in(an_admin(a_customer()), PHONE, "198.51.100.9")

    page = desk.get(LIST)

    shown = page.context["sessions"]
    assert [(entry["browser"], entry["row"].ip, entry["is_own"]) for entry in shown] == [
        ("Firefox on Linux", "192.0.2.1", True),
        ("Safari on iPhone", "2001:db8::7", False),
    ]
    assert phone.get(LIST).context["sessions"][1]["is_own"]


def test_one_session_is_ended_from_another_at_once():
    user = an_admin(a_customer())
    desk, phone = signed_in(user), signed_in(user, PHONE)

    desk.post(f"{LIST}{row_of(phone).pk}/end/")

    assert phone.get("/account/").status_code == 302
    assert "Signed out there." in desk.get(LIST).text
    assert AuditEntry.objects.filter(kind="sessions_ended", subject=user.email).count() == 1


def test_all_others_are_ended_at_once():
    user = an_admin(a_customer())
    desk, *others = [signed_in(user) for _ in range(3)]

    desk.post(f"{LIST}end-others/")
    again = desk.post(f"{LIST}end-others/")

    assert [other.get("/account/").status_code for other in others] == [302, 302]
    assert desk.get("/account/").status_code == 200
    assert again.status_code == 302
    assert AuditEntry.objects.filter(kind="sessions_ended").count() == 1


def test_nobody_ends_the_session_of_somebody_else():
    other, mine = signed_in(an_admin(a_customer())), signed_in(an_admin(a_customer()))

    answer = mine.post(f"{LIST}{row_of(other).pk}/end/")

    assert answer.status_code == 302
    assert other.get("/account/").status_code == 200


def test_ending_what_has_ended_is_harmless():
    desk = signed_in(an_admin(a_customer()))

    assert desk.post(f"{LIST}999999/end/").status_code == 302
    assert not AuditEntry.objects.filter(kind="sessions_ended").exists()


def test_a_session_that_was_signed_out_or_has_run_out_is_not_listed():
    user = an_admin(a_customer())
    desk, left, old = signed_in(user), signed_in(user), signed_in(user)
    left.post("/accounts/logout/")
    Session.objects.filter(pk=old.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )

    assert len(desk.get(LIST).context["sessions"]) == 1


def test_the_last_visit_is_noted_every_five_minutes():
    desk, now = signed_in(an_admin(a_customer())), timezone.now()

    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        desk.get("/account/")

    assert row_of(desk).last_seen_at == now + timedelta(minutes=6)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(count, django_assert_max_num_queries):
    user = an_admin(a_customer())
    browsers = [signed_in(user) for _ in range(count)]
    browsers[0].get(LIST)

    with django_assert_max_num_queries(5):
        page = browsers[0].get(LIST)

    assert len(page.context["sessions"]) == count


def test_a_closed_access_ends_every_session_for_good():
    user = an_admin(customer := a_customer())
    an_admin(customer)
    desk = signed_in(user)

    membership.close_access(user_id=user.pk, now=timezone.now())
    closed = desk.get("/account/")
    membership.open_access(user_id=user.pk, now=timezone.now())

    assert (closed.status_code, desk.get("/account/").status_code) == (302, 302)


def test_a_new_password_leaves_no_row_of_the_sessions_it_ended(client):
    user = a_user()
    signed_in(user)

    client.post(f"/p/{a_link(user)}/", {"password": "Green bottles 7"})

    assert [row.session_key for row in UserSession.objects.all()] == [client.session.session_key]


def test_rows_of_sessions_that_are_gone_are_deleted():
    desk, left = signed_in(a_user()), signed_in(a_user())
    Session.objects.filter(pk=left.session.session_key).delete()

    forget_sessions()

    assert [row.session_key for row in UserSession.objects.all()] == [desk.session.session_key]


def test_ending_all_says_how_many(client):
    user = a_user()
    signed_in(user)
    signed_in(user)

    assert sessions.end_all(user_id=user.pk, now=timezone.now()) == 2
    assert sessions.end_all(user_id=user.pk, now=timezone.now()) == 0
