import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import HelpReason, OutgoingMessage, PrivateLink, SignInHelp
from accounts.purposes import SET_PASSWORD, SIGN_IN
from accounts.services import account_settings, delivery, sign_in_help
from accounts.tasks import help_sign_in
from tests.builders.accounts import PASSWORD, a_customer, a_link, a_user, an_admin

pytestmark = pytest.mark.django_db

NEW = "Green bottles 7"


def mistype(client, email, password="wrong"):
    return client.post("/accounts/login/", {"login": email, "password": password})


def ask_for_reset(client, email):
    return client.post("/accounts/password/reset/", {"email": email})


def kinds():
    return [message.kind for message in OutgoingMessage.objects.order_by("pk")]


def mailed_path():
    """The private address in the one mail that was sent."""
    help_sign_in()
    delivery.send_due(clock=timezone.now)
    [letter] = mail.outbox
    mail.outbox.clear()
    return re.search(r"http://testserver(/p/[\w-]+/)", letter.body)[1]


# After a wrong password


def test_a_wrong_password_sends_its_owner_a_link_that_signs_in(client):
    user = an_admin(a_customer())

    mistype(client, user.email)
    path = mailed_path()
    elsewhere = Client()
    shown = elsewhere.get(path)
    entered = elsewhere.post(path)

    assert "Sign in without the password" in shown.text
    assert entered["Location"] == "/"
    assert elsewhere.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.email_verified_at is not None
    assert not SignInHelp.objects.exists()


def test_the_link_works_once_for_a_quarter_of_an_hour(client):
    user = an_admin(a_customer())
    mistype(client, user.email)
    path = mailed_path()

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        late = client.post(path)
    client.post(path)
    twice = Client().post(path)

    assert (late.status_code, twice.status_code) == (410, 410)
    assert "time is over" in late.text
    assert "works only once" in twice.text


def test_whoever_opens_the_link_by_get_is_not_signed_in(client):
    user = an_admin(a_customer())
    path = f"/p/{a_link(user, SIGN_IN)}/"

    for method in ("get", "head", "get"):
        getattr(client, method)(path)

    assert "_auth_user_id" not in client.session
    assert client.post(path).status_code == 302


def test_one_address_gets_one_link_an_hour(client):
    user, now = a_user(), timezone.now()

    for minutes in (0, 1, 59, 61):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            mistype(client, user.email)
            help_sign_in()

    assert kinds() == ["sign_in_link", "sign_in_link"]


def test_many_wrong_passwords_at_once_make_one_link(client):
    user = a_user()
    for _ in range(3):
        mistype(client, user.email)

    help_sign_in()

    assert kinds() == ["sign_in_link"]
    assert not SignInHelp.objects.exists()


@pytest.mark.parametrize("typed", ["nobody@customer.example", "closed@customer.example"])
def test_an_unknown_address_and_a_closed_access_get_nothing(client, typed):
    a_user("closed@customer.example", is_active=False)

    mistype(client, typed)
    ask_for_reset(client, typed)
    help_sign_in()

    assert kinds() == []
    assert not SignInHelp.objects.exists()


def test_the_right_password_and_a_try_too_many_send_nothing(client):
    user = a_user()

    mistype(client, user.email, PASSWORD)
    Client().post("/accounts/login/", {"login": user.email, "password": ""})

    assert not SignInHelp.objects.exists()


def test_the_link_opens_the_door_that_wrong_guesses_have_closed(client):
    user = an_admin(a_customer())
    for _ in range(5):
        mistype(client, user.email)
    assert mistype(client, user.email, PASSWORD).status_code == 429

    Client().post(mailed_path())

    assert mistype(client, user.email, PASSWORD).status_code == 302


# Forgotten


def test_a_forgotten_password_is_replaced_by_a_link(client):
    user = an_admin(a_customer())

    asked = ask_for_reset(client, f" {user.email.upper()} ")
    path = mailed_path()
    entered = Client().post(path, {"password": NEW})

    user.refresh_from_db()
    assert asked["Location"] == "/accounts/password/reset/done/"
    assert "within an hour" in client.get(asked["Location"]).text
    assert entered["Location"] == "/"
    assert user.check_password(NEW)


def test_the_link_of_a_reset_lasts_an_hour(client):
    user = a_user()
    ask_for_reset(client, user.email)
    path = mailed_path()

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.get(path).status_code == 410
    assert client.get(path).status_code == 200


def test_a_person_without_a_password_yet_gets_a_link_to_set_one(client):
    user = a_user()
    user.set_unusable_password()
    user.save(update_fields=["password"])

    ask_for_reset(client, user.email)
    Client().post(mailed_path(), {"password": NEW})

    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("email", ["maria@northwind.example", "nobody@northwind.example"])
def test_people_of_an_internal_domain_are_sent_to_their_provider(client, email, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    a_user("maria@northwind.example", is_staff=True)
    account_settings.keep(internal_domains=["northwind.example"], now=timezone.now())

    answer = ask_for_reset(client, email)
    mistype(client, email)
    help_sign_in()

    assert answer["Location"] == "/accounts/password/reset/done/"
    [message] = OutgoingMessage.objects.all()
    assert (message.kind, message.recipient_address) == ("provider_sign_in", email)
    assert not PrivateLink.objects.exists()


def test_the_reset_of_one_address_stops_by_itself_and_says_nothing_of_it(client):
    user = a_user()

    answers = {ask_for_reset(client, user.email)["Location"] for _ in range(6)}

    assert answers == {"/accounts/password/reset/done/"}
    assert SignInHelp.objects.count() == 3


def test_a_network_that_asks_for_many_resets_has_to_wait(client):
    for number in range(20):
        ask_for_reset(client, f"person-{number}@customer.example")

    response = ask_for_reset(client, "person-20@customer.example")

    assert response.status_code == 429
    assert "Wait 1 minute," in response.text
    assert SignInHelp.objects.count() == 20


@pytest.mark.parametrize("bad", ["", "no address", "\x00", "a" * 250 + "@customer.example", "ä@"])
def test_nonsense_instead_of_an_address_is_refused_with_words(client, bad):
    response = ask_for_reset(client, bad)

    assert response.status_code == 200
    assert "Error:" in response.text
    assert not SignInHelp.objects.exists()


@pytest.mark.parametrize(
    "lookalike",
    ["m\u0430ria@customer.example", "maria@custom\u0435r.example", "maria@customer.examp1e"],
)
def test_lookalikes_of_an_address_are_other_addresses(client, lookalike):
    a_user("maria@customer.example")

    ask_for_reset(client, lookalike)
    help_sign_in()

    assert kinds() == []


def test_a_link_goes_to_the_address_that_is_kept_and_never_to_the_one_typed(client):
    a_user("mike+orders@customer.example")

    ask_for_reset(client, "Mi\u212ae+Orders@Customer.Example")
    help_sign_in()

    assert {message.recipient_address for message in OutgoingMessage.objects.all()} <= {
        "mike+orders@customer.example"
    }


def test_what_was_asked_long_ago_is_not_answered_any_more():
    user, now = a_user(), timezone.now()
    sign_in_help.ask(
        reason=HelpReason.FORGOTTEN,
        email=user.email,
        language="en",
        now=now - timedelta(hours=7),
    )

    help_sign_in()

    assert kinds() == []
    assert not SignInHelp.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_answer_each_question_once():
    people, now, together = [a_user() for _ in range(6)], timezone.now(), Barrier(2)
    for user in people:
        sign_in_help.ask(reason=HelpReason.FORGOTTEN, email=user.email, language="en", now=now)

    def run():
        together.wait()
        sign_in_help.answer_waiting(clock=timezone.now)
        connection.close()

    workers = [Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    links = PrivateLink.objects.filter(purpose=SET_PASSWORD)
    assert sorted(links.values_list("user", flat=True)) == sorted(user.pk for user in people)
