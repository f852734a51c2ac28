import hashlib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Ending, PrivateLink
from accounts.purposes import PURPOSES, SET_PASSWORD, Purpose, purpose_of, register
from accounts.services import private_links
from accounts.tasks import forget_links
from portal.lib.logs import JsonFormatter
from tests.builders.accounts import PASSWORD, a_customer, a_link, a_user, an_admin

pytestmark = pytest.mark.django_db

NEW = "Green bottles 7"


def test_a_row_keeps_the_hash_of_its_token_only():
    token = a_link(a_user())

    [link] = PrivateLink.objects.values()
    assert link["token_sha256"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(link)
    assert len(token) == 43


def test_looking_uses_nothing_and_using_works_once():
    user, now = a_user(), timezone.now()
    token = a_link(user, now=now)

    seen = [private_links.look(token=token, now=now).user for _ in range(2)]
    private_links.use(token=token, purpose=SET_PASSWORD, now=now)

    assert seen == [user, user]
    with pytest.raises(private_links.EndedLink) as ended:
        private_links.use(token=token, purpose=SET_PASSWORD, now=now)
    assert ended.value.reason == Ending.USED


def test_a_link_lasts_for_its_time_and_not_a_moment_longer():
    now = timezone.now()
    token = a_link(a_user(), lifetime=timedelta(hours=1), now=now)

    private_links.look(token=token, now=now + timedelta(minutes=59))
    with pytest.raises(private_links.EndedLink) as ended:
        private_links.look(token=token, now=now + timedelta(hours=1))
    assert ended.value.reason == Ending.EXPIRED


def test_withdrawing_ends_the_open_links_of_that_purpose_and_person():
    maria, jo, now = a_user(), a_user(), timezone.now()
    ended, kept = a_link(maria), a_link(jo)

    assert private_links.withdraw(purpose=SET_PASSWORD, user_id=maria.pk, now=now) == 1

    private_links.look(token=kept, now=now)
    with pytest.raises(private_links.EndedLink) as gone:
        private_links.look(token=ended, now=now)
    assert gone.value.reason == Ending.WITHDRAWN
    assert private_links.withdraw(purpose=SET_PASSWORD, user_id=maria.pk, now=now) == 0


@pytest.mark.parametrize("token", ["", "x", "\x00", "ä" * 3000, "\ud800"])
def test_a_token_that_no_row_has_is_unknown(token):
    with pytest.raises(private_links.UnknownLink):
        private_links.look(token=token, now=timezone.now())


def test_a_link_opens_nothing_for_another_purpose():
    token = a_link(a_user())

    with pytest.raises(private_links.UnknownLink):
        private_links.use(token=token, purpose="sign_in", now=timezone.now())


def test_an_undeclared_purpose_has_no_links():
    with pytest.raises(KeyError):
        a_link(a_user(), purpose="anything")


def test_every_purpose_has_its_page_and_its_own_name():
    for purpose in PURPOSES:
        assert purpose_of(purpose.code).view()
    with pytest.raises(ValueError, match=SET_PASSWORD):
        register([Purpose(code=SET_PASSWORD, page="elsewhere", ended="")])


@pytest.mark.parametrize(
    "broken",
    [
        {"token_sha256": "plain"},
        {"purpose": ""},
        {"expires_at": timezone.now() - timedelta(days=9)},
        {"used_at": timezone.now(), "withdrawn_at": timezone.now()},
    ],
)
def test_the_database_refuses_a_link_that_cannot_be(broken):
    a_link(a_user())

    with pytest.raises(IntegrityError), transaction.atomic():
        PrivateLink.objects.update(**broken)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_gets_it():
    token, together, won = a_link(a_user()), Barrier(2), []

    def run():
        together.wait()
        try:
            with transaction.atomic():
                private_links.use(token=token, purpose=SET_PASSWORD, now=timezone.now())
            won.append(True)
        except private_links.EndedLink:
            won.append(False)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False, True]


def test_links_that_ended_long_ago_are_forgotten():
    now = timezone.now()
    a_link(a_user(), now=now - timedelta(days=400))
    recent = a_link(a_user(), now=now - timedelta(days=30))

    forget_links()

    [left] = PrivateLink.objects.all()
    assert left.token_sha256 == private_links.token_hash(recent)


# Pages


def test_opening_a_link_shows_its_page_and_changes_nothing(client):
    user = a_user()
    token = a_link(user)

    for _ in range(3):
        response = client.get(f"/p/{token}/")

    assert response.status_code == 200
    assert user.email in response.text
    assert PrivateLink.objects.get().used_at is None
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("known", [True, False])
def test_a_private_page_keeps_its_address_to_itself(client, known):
    token = a_link(a_user()) if known else "unknown"

    response = client.get(f"/p/{token}/")

    assert response["Referrer-Policy"] == "no-referrer, strict-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_the_token_is_in_no_line_of_the_log(client, caplog):
    token = a_link(a_user())

    client.get(f"/p/{token}/")
    client.post(f"/p/{token}/", {"password": "x"})
    client.get(f"/p/{token}x/")
    client.get(f"/p/{token}/more/")

    assert caplog.records
    for record in caplog.records:
        assert token not in JsonFormatter().format(record)


def test_setting_a_password_signs_in_and_proves_the_address(client):
    user = an_admin(a_customer())
    token = a_link(user)

    response = client.post(f"/p/{token}/", {"password": f" {NEW} "})

    user.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.check_password(NEW)
    assert user.email_verified_at is not None
    [entry] = AuditEntry.objects.exclude(kind="membership_granted")
    assert (entry.kind, entry.subject, entry.address) == ("password_set", user.email, "127.0.0.1")
    assert "Your password is set." in client.get("/").text


def test_a_new_password_ends_every_other_session_and_link_of_the_person(client):
    user = an_admin(a_customer())
    token, second = a_link(user), a_link(user)
    other = Client()
    other.force_login(user)

    client.post(f"/p/{token}/", {"password": NEW})

    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get(f"/p/{second}/").status_code == 410


def test_an_address_that_the_person_has_left_is_not_proven(client):
    user = a_user("maria@new.example")
    token = a_link(user, email="maria@old.example")

    response = client.post(f"/p/{token}/", {"password": NEW})

    user.refresh_from_db()
    given = (response.status_code, user.check_password(NEW), user.email_verified_at)
    assert given == (410, False, None)


def test_a_bad_password_is_explained_and_the_link_stays(client):
    user = a_user()
    token = a_link(user)

    response = client.post(f"/p/{token}/", {"password": "short"})

    assert response.status_code == 200
    assert "Error:" in response.text
    assert "Use at least 8 characters." in response.text
    assert "short" not in response.text.replace("Too short", "").replace("data-short", "")
    assert user.check_password(PASSWORD)
    assert client.post(f"/p/{token}/", {"password": NEW}).status_code == 302


def test_a_used_link_explains_itself_and_leads_on(client):
    token = a_link(a_user())
    Client().post(f"/p/{token}/", {"password": NEW})

    for response in (client.get(f"/p/{token}/"), client.post(f"/p/{token}/", {"password": NEW})):
        assert response.status_code == 410
        assert "works only once" in response.text
        assert 'href="/accounts/password/reset/"' in response.text


def test_a_link_that_ends_between_page_and_form_sets_nothing(client):
    user = a_user()
    token = a_link(user, lifetime=timedelta(hours=1))
    client.get(f"/p/{token}/")

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        response = client.post(f"/p/{token}/", {"password": NEW})

    assert response.status_code == 410
    assert "time is over" in response.text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/p/x/", "/p/%00/", "/p/%C3%A4/"])
def test_an_unknown_link_says_what_may_have_happened(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert "cut a long address in two" in response.text


def test_a_person_whose_access_was_closed_has_no_links(client):
    user = a_user(is_active=False)

    assert client.get(f"/p/{a_link(user)}/").status_code == 410
    assert client.post(f"/p/{a_link(user)}/", {"password": NEW}).status_code == 410


def test_a_link_takes_over_from_whoever_is_signed_in(client):
    other, user = an_admin(a_customer()), an_admin(a_customer())
    client.force_login(other)
    client.get("/")

    client.post(f"/p/{a_link(user)}/", {"password": NEW})

    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/").context["active_customer"] in user.customers()
