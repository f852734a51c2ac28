"""Changing the password and the address that one signs in with."""

import re
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, OutgoingMessage, PrivateLink, User
from accounts.purposes import NEW_EMAIL, SET_PASSWORD, SIGN_IN
from accounts.services import (
    account_settings,
    credentials,
    delivery,
    people,
    private_links,
    second_steps,
)
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_link,
    a_superuser,
    a_user,
    an_admin,
)
from tests.threads import until_somebody_waits

pytestmark = pytest.mark.django_db

CHANGE = "/accounts/password/change/"
EMAIL = "/accounts/email/"
NEW = "Green bottles 7"
NEW_ADDRESS = "maria@new.example"


def signed_in(user, password=PASSWORD):
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email, "password": password})
    return browser


def change(browser, **fields):
    given = {"old_password": PASSWORD, "password": NEW, "ends_others": "on"}
    return browser.post(CHANGE, given | fields)


def letters():
    delivery.send_due(clock=timezone.now)
    sent = list(mail.outbox)
    mail.outbox.clear()
    return sent


def private_path(letter):
    return re.search(r"http://testserver(/p/[\w-]+/)", letter.body)[1]


# The password


def test_a_password_is_changed_by_whoever_knows_the_old_one():
    user = an_admin(a_customer())
    browser = signed_in(user)

    answer = change(browser, old_password=f" {PASSWORD} ", password=f"{NEW} ")

    user.refresh_from_db()
    assert answer["Location"] == "/accounts/2fa/"
    assert user.check_password(NEW)
    assert browser.get("/account/").status_code == 200
    [letter] = letters()
    assert letter.to == [f"Maria Anders <{user.email}>"]
    assert "Your password was changed." in letter.body
    assert AuditEntry.objects.filter(kind="password_set", actor=user).exists()


def test_other_sessions_end_with_the_old_password_unless_they_shall_go_on():
    user = an_admin(a_customer())
    browser, other = signed_in(user), signed_in(user)

    change(browser, ends_others="")
    kept = other.get("/account/").status_code
    change(browser, old_password=NEW, password="Yellow bottles 8")

    assert (kept, other.get("/account/").status_code) == (200, 302)
    assert browser.get("/account/").status_code == 200
    assert [row.session_key for row in UserSession.objects.all()] == [browser.session.session_key]


def test_a_wrong_old_password_changes_nothing_and_guessing_has_to_wait():
    user = a_user()
    browser = signed_in(user)

    answers = [change(browser, old_password="wrong") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "That is not the password." in answers[0].text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("bad", ["", "short", "Maria2024", "x" * 5000, "\x00"])
def test_a_bad_new_password_is_explained_before_the_old_one_is_looked_at(bad):
    browser = signed_in(a_user())

    answer = change(browser, password=bad)

    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"password"}
    assert "Error:" in answer.text


def test_a_change_ends_the_links_that_could_set_a_password():
    user = a_user()
    token = a_link(user)

    change(signed_in(user))

    assert Client().get(f"/p/{token}/").status_code == 410


def test_a_person_without_a_password_has_none_to_change():
    user = a_user()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    browser = Client()
    browser.force_login(user)

    assert browser.get(CHANGE)["Location"] == "/accounts/2fa/"
    assert "Change the password" not in browser.get("/accounts/2fa/").text


def test_a_password_set_anew_by_a_link_is_told_and_the_first_one_is_not():
    old, new = a_user(), a_user()
    new.set_unusable_password()
    new.save(update_fields=["password"])

    for user in (old, new):
        Client().post(f"/p/{a_link(user)}/", {"password": NEW})

    assert [(letter.to, "set anew by a link" in letter.body) for letter in letters()] == [
        ([f"Maria Anders <{old.email}>"], True)
    ]


# The address


def test_an_address_is_changed_once_its_owner_has_confirmed_it():
    user = an_admin(a_customer(), email="maria@old.example")
    browser = signed_in(user)

    browser.post(EMAIL, {"email": " Maria@New.Example "})
    waiting = browser.get(EMAIL).text
    told, request = letters()
    path = private_path(request)
    elsewhere = Client()
    shown = elsewhere.get(path)
    user.refresh_from_db()
    before = user.email
    confirmed = elsewhere.post(path)

    user.refresh_from_db()
    assert NEW_ADDRESS in waiting
    assert told.to == ["Maria Anders <maria@old.example>"]
    assert "Another address to sign in with was asked for." in told.body
    assert "/p/" not in told.body
    assert request.to == [f"Maria Anders <{NEW_ADDRESS}>"]
    assert "Instead of maria@old.example" in shown.text
    assert (before, user.email) == ("maria@old.example", NEW_ADDRESS)
    assert user.email_verified_at is not None
    assert confirmed["Location"] == "/accounts/login/"
    assert f"You sign in with {NEW_ADDRESS}" in elsewhere.get("/accounts/login/").text
    assert signed_in(user).get("/account/").status_code == 200


def test_the_old_address_hears_of_the_change_and_its_links_end():
    user = a_user("maria@old.example")
    tokens = [a_link(user), a_link(user, SIGN_IN)]

    Client().post(f"/p/{a_link(user, NEW_EMAIL, email=NEW_ADDRESS)}/")

    [letter] = letters()
    assert "maria@old.example" in letter.to[0]
    assert NEW_ADDRESS in letter.body
    assert [Client().get(f"/p/{token}/").status_code for token in tokens] == [410, 410]
    entry = AuditEntry.objects.get(kind="email_changed")
    assert (entry.before, entry.after) == (
        {"email": "maria@old.example"},
        {"email": NEW_ADDRESS},
    )


def test_an_address_that_somebody_has_is_answered_alike_and_its_owner_is_told():
    owner, user = a_user("owner@new.example", language="sv"), a_user()
    browser = signed_in(user)

    taken = browser.post(EMAIL, {"email": "owner@new.example"}, follow=True)
    _present, told = letters()
    free = browser.post(EMAIL, {"email": "free@new.example"}, follow=True)

    assert _shape(taken, "owner@new.example") == _shape(free, "free@new.example")
    assert "owner@new.example" in told.to[0]
    assert "/p/" not in told.body
    assert PrivateLink.objects.filter(user=owner).count() == 0


def _shape(response, address):
    page = response.text.replace(address, "X").replace(str(response.context["csrf_token"]), "T")
    return re.sub(r"<time.*?</time>", "", page)


def test_of_two_who_want_an_address_the_later_one_is_told():
    first, second = a_user(), a_user()
    links = [a_link(user, NEW_EMAIL, email=NEW_ADDRESS) for user in (first, second)]
    browser = Client()

    browser.post(f"/p/{links[0]}/")
    late = browser.post(f"/p/{links[1]}/", follow=True)

    assert "Somebody else signs in with this address by now." in late.text
    second.refresh_from_db()
    assert second.email != NEW_ADDRESS


def test_asking_again_or_giving_up_ends_the_link_before():
    user = a_user()
    browser = signed_in(user)
    browser.post(EMAIL, {"email": "one@new.example"})
    browser.post(EMAIL, {"email": "two@new.example"})
    one, two = (private_path(letter) for letter in letters() if "/p/" in letter.body)

    replaced = Client().get(one).status_code
    open_still = Client().get(two).status_code
    browser.post(EMAIL, {"give_up": "yes"})

    assert (replaced, open_still, Client().get(two).status_code) == (410, 200, 410)


def test_the_link_of_a_new_address_lasts_a_day():
    path = f"/p/{a_link(a_user(), NEW_EMAIL, lifetime=timedelta(days=1), email=NEW_ADDRESS)}/"

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        late = Client().post(path)

    assert late.status_code == 410
    assert "stays as it is" in late.text


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("", "required"),
        ("no address", "not an e-mail address"),
        ("MARIA@old.example", "your address already"),
        ("laura@seller.example", "office&#x27;s own people"),
        ("m\u0430ria@n\u0435w.example", "not an e-mail address"),
        ("x" * 300 + "@new.example", "most 254"),
    ],
)
def test_what_cannot_be_an_address_of_the_person_is_refused_with_words(bad, words):
    account_settings.keep(internal_domains=["seller.example"], now=timezone.now())
    user = a_user("maria@old.example")

    answer = signed_in(user).post(EMAIL, {"email": bad})

    assert answer.status_code == 200
    assert words in answer.text
    assert not PrivateLink.objects.exists()


def test_an_address_with_a_plus_is_one_of_its_own():
    user = a_user("maria@old.example")

    signed_in(user).post(EMAIL, {"email": "maria+orders@old.example"})

    assert PrivateLink.objects.get().email == "maria+orders@old.example"


def test_asking_for_many_addresses_has_to_wait():
    browser = signed_in(a_user())

    answers = [browser.post(EMAIL, {"email": f"m{n}@new.example"}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert OutgoingMessage.objects.filter(kind="confirm_email").count() == 5


def test_the_address_asks_for_a_fresh_proof():
    browser = Client()
    browser.force_login(a_user())

    assert browser.get(EMAIL)["Location"] == f"/accounts/reauthenticate/?next={EMAIL}"
    assert browser.post(EMAIL, {"email": NEW_ADDRESS}).status_code == 302
    assert not PrivateLink.objects.exists()


def test_the_office_changes_its_address_too():
    clerk = a_clerk()
    signed_in(clerk).post(EMAIL, {"email": NEW_ADDRESS})

    Client().post(private_path(letters()[1]))

    assert User.objects.get(pk=clerk.pk).email == NEW_ADDRESS


def test_a_closed_access_keeps_its_address():
    user = a_user(is_active=False)

    assert Client().post(f"/p/{a_link(user, NEW_EMAIL, email=NEW_ADDRESS)}/").status_code == 410
    assert not PrivateLink.objects.filter(purpose=SET_PASSWORD).exists()


RECOVERIES = {
    "password by a link": lambda user: credentials.set_password_by_link(
        token=a_link(user), password=NEW, now=timezone.now()
    ),
    "password changed": lambda user: credentials.change_password(
        user_id=user.pk, password=NEW, session_key=None, ends_others=True, now=timezone.now()
    ),
    "access closed": lambda user: people.close_access(user_id=user.pk, now=timezone.now()),
    "address set by the office": lambda user: people.change(
        user_id=user.pk, email="maria@safe.example", now=timezone.now()
    ),
    "second steps reset": lambda user: second_steps.reset(user_id=user.pk, now=timezone.now()),
    "password set in /admin/": lambda user: set_in_the_admin(user),
}


def set_in_the_admin(user):
    browser = Client()
    browser.force_login(a_superuser())
    fields = {"usable_password": "true", "password1": NEW, "password2": NEW}
    browser.post(f"/admin/accounts/user/{user.pk}/password/", fields)


@pytest.mark.parametrize("recovery", RECOVERIES)
def test_a_change_of_address_that_waits_ends_when_a_person_is_recovered(recovery):
    user = a_user()
    token = a_link(user, NEW_EMAIL, email="thief@new.example")

    RECOVERIES[recovery](user)
    User.objects.update(is_active=True)

    assert Client().post(f"/p/{token}/").status_code == 410
    assert not User.objects.filter(email="thief@new.example").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recovery", RECOVERIES)
def test_whoever_asks_for_an_address_during_a_recovery_gets_no_link(recovery):
    user, answers = a_user(), []
    thief = signed_in(user)

    def ask():
        try:
            answers.append(thief.post(EMAIL, {"email": "thief@new.example"})["Location"])
        finally:
            connections.close_all()

    other = Thread(target=ask)
    with transaction.atomic():
        RECOVERIES[recovery](user)
        other.start()
        until_somebody_waits()
    other.join(30)

    assert answers == ["/accounts/login/"]
    assert not PrivateLink.objects.filter(email="thief@new.example").exists()


@pytest.mark.parametrize("purpose", [SET_PASSWORD, SIGN_IN])
def test_a_link_that_went_to_another_address_opens_nothing(purpose):
    user = a_user("maria@old.example")
    token = a_link(user, purpose)
    User.objects.update(email=NEW_ADDRESS)
    browser = Client()

    answer = browser.post(f"/p/{token}/", {"password": NEW})

    assert answer.status_code == 410
    assert "_auth_user_id" not in browser.session
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert PrivateLink.objects.get().used_at is None


LOCKERS = {
    **RECOVERIES,
    "link sent by the office": lambda user: people.send_password_link(
        user_id=user.pk, now=timezone.now()
    ),
    "new address asked for": lambda user: credentials.ask_for_new_email(
        user_id=user.pk,
        email=NEW_ADDRESS,
        session_key=signed_in(user).session.session_key,
        now=timezone.now(),
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locker", LOCKERS)
def test_links_are_locked_before_their_person_so_nobody_waits_in_a_circle(locker):
    user, raised = a_user(), []
    token = a_link(user)
    a_link(user, NEW_EMAIL, email="other@new.example")

    def run():
        try:
            LOCKERS[locker](user)
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    other = Thread(target=run)
    with transaction.atomic():
        private_links.use(token=token, purpose=SET_PASSWORD, now=timezone.now())
        other.start()
        until_somebody_waits()
        User.objects.select_for_update(nowait=True, no_key=True).get(pk=user.pk)
    other.join(30)

    assert (raised, other.is_alive()) == ([], False)
