import json
import re
from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, OutgoingMessage, User
from accounts.purposes import SIGN_IN
from accounts.services import account_settings, second_steps
from portal.lib import secrets
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_link,
    a_superuser,
    a_user,
    an_admin,
    an_app,
    app_code,
)
from tests.builders.passkeys import VERIFIED, Device

pytestmark = pytest.mark.django_db

SETUP = "/accounts/2fa/totp/activate/"
STEP = "/accounts/2fa/authenticate/"
PASSKEYS = "/accounts/2fa/webauthn/"


@pytest.fixture
def client():
    """On localhost: a passkey belongs to a site, and a site is no made-up name."""
    return Client(SERVER_NAME="localhost")


def another():
    return Client(SERVER_NAME="localhost")


def sign_in(client, user, password=PASSWORD, **more):
    fields = {"login": user.email, "password": password, **more}
    return client.post("/accounts/login/", fields)


def is_in(client):
    return "_auth_user_id" in client.session


def question(response):
    found = re.search(r'id="passkey-question"[^>]*>(.+?)</script>', response.text)
    return json.loads(found[1])["options"]["publicKey"]


def set_up(client, user):
    """Set an app up as a person does: the response to the code, and the secret."""
    sign_in(client, user)
    page = client.get(SETUP)
    secret = page.context["secret"]
    return client.post(SETUP, {"code": app_code(secret, timezone.now())}), secret


def add_passkey(client, device, **fields):
    page = client.get(f"{PASSKEYS}add/")
    made = device.make(question(page))
    sent = {"name": "Telephone", "signs_in_alone": "on", "credential": json.dumps(made)}
    return client.post(f"{PASSKEYS}add/", sent | fields)


def ask(client):
    asked = client.get(f"{PASSKEYS}login/", headers={"Accept": "application/json"})
    return asked.json()["options"]["publicKey"]


# An authenticator app


def test_an_app_is_set_up_in_three_pages_and_asked_for_from_then_on(client):
    user = an_admin(a_customer())

    codes, secret = set_up(client, user)
    other = another()
    first = sign_in(other, user, next="/account/")
    step = other.get(STEP)
    done = other.post(STEP, {"code": app_code(secret, timezone.now() + timedelta(seconds=30))})

    assert codes.text.count('<code class="secret">') == 10
    assert first["Location"] == STEP
    assert "six digits" in step.text
    assert done["Location"] == "/account/"
    assert is_in(other)


def test_the_picture_for_the_camera_holds_the_secret_and_the_companys_name(client):
    user = a_user("maria@customer.example")
    sign_in(client, user)
    client.get(SETUP)

    picture = client.get(f"{SETUP}code.svg")

    assert picture["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture["Cache-Control"]
    assert picture.content.startswith(b"<?xml")
    assert b"style=" not in picture.content


def test_there_is_no_picture_without_a_set_up(client):
    client.force_login(a_user())

    assert client.get(f"{SETUP}code.svg").status_code == 404


def test_a_mistyped_code_keeps_the_secret(client):
    user = a_user()
    sign_in(client, user)
    secret = client.get(SETUP).context["secret"]

    wrong = client.post(SETUP, {"code": "000 000"})

    assert wrong.context["secret"] == secret
    assert "not right" in wrong.text
    assert "Error:" in wrong.text
    assert not second_steps.of(user).is_there


def test_the_secret_is_kept_sealed_in_session_and_table(client):
    user = a_user()
    _codes, secret = set_up(client, user)
    other = another()
    sign_in(other, a_user())
    waiting = other.get(SETUP).context["secret"]

    [row] = Authenticator.objects.filter(type="totp")
    assert secret not in str(row.data)
    assert secrets.open_sealed(row.data["secret"]) == secret
    assert waiting not in str(dict(other.session))


def test_a_second_app_is_not_set_up_beside_the_first(client):
    user = a_user()
    set_up(client, user)

    assert client.get(SETUP)["Location"] == "/accounts/2fa/"
    assert client.post(SETUP, {"code": "1"})["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize(
    "bad", ["", "0", "12345", "abcdef", "\uff11\uff12\uff13456", "\x00", "9" * 5000, "🙂"]
)
def test_a_wrong_code_is_told_and_lets_nobody_in(client, bad):
    user = a_user()
    an_app(user)
    sign_in(client, user)

    response = client.post(STEP, {"code": bad})

    assert response.status_code == 200
    assert "Error:" in response.text
    assert not is_in(client)


def test_a_code_may_be_typed_with_a_gap_and_works_once(client):
    user, now = a_user(), timezone.now()
    secret, _codes = an_app(user, now=now - timedelta(minutes=5))
    code = app_code(secret, now)

    with time_machine.travel(now, tick=False):
        sign_in(client, user)
        first = client.post(STEP, {"code": f" {code[:3]} {code[3:]} "})
        other = another()
        sign_in(other, user)
        again = other.post(STEP, {"code": code})

    assert first.status_code == 302
    assert "used already" in again.text
    assert not is_in(other)


@pytest.mark.parametrize(
    ("seconds", "let_in"), [(-61, False), (-30, True), (30, True), (61, False)]
)
def test_clocks_may_differ_by_half_a_minute(client, seconds, let_in):
    user = a_user()
    # The middle of a period.
    now = timezone.now().replace(second=15, microsecond=0)
    secret, _codes = an_app(user, now=now - timedelta(minutes=5))

    with time_machine.travel(now, tick=False):
        sign_in(client, user)
        client.post(STEP, {"code": app_code(secret, now + timedelta(seconds=seconds))})

    assert is_in(client) == let_in


def test_guessing_codes_has_to_wait_while_the_cache_is_lost_too(client):
    user = a_user()
    secret, _codes = an_app(user)
    sign_in(client, user)

    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    right = client.post(STEP, {"code": app_code(secret, timezone.now())})

    assert right.status_code == 429
    assert "Wait 1 minute," in right.text
    assert not is_in(client)


def test_the_second_step_cannot_be_reached_without_the_first(client):
    assert client.get(STEP)["Location"] == "/accounts/login/"
    assert client.post(STEP, {"code": "000000"})["Location"] == "/accounts/login/"


def test_a_second_step_that_waits_for_too_long_begins_anew(client):
    user = a_user()
    secret, _codes = an_app(user)
    sign_in(client, user)

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        late = client.post(STEP, {"code": app_code(secret, timezone.now())})

    assert late["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_neither_a_link_nor_a_new_password_skips_the_second_step(client):
    user = an_admin(a_customer())
    an_app(user)

    by_link = client.post(f"/p/{a_link(user, SIGN_IN)}/")
    by_password = client.post(f"/p/{a_link(user)}/", {"password": "Green bottles 7"})

    assert by_link["Location"] == by_password["Location"] == STEP
    assert not is_in(client)


def test_whoever_stays_signed_in_does_so_after_the_second_step(client):
    user = an_admin(a_customer())
    secret, _codes = an_app(user, now=timezone.now() - timedelta(minutes=5))
    sign_in(client, user, remember="on")

    client.post(STEP, {"code": app_code(secret, timezone.now())})

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert client.get("/account/").status_code == 200


def test_the_first_second_step_ends_other_sessions(client):
    user = an_admin(a_customer())
    other = another()
    sign_in(other, user)

    set_up(client, user)

    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_code_at_once_one_gets_in():
    user, now, together, results = a_user(), timezone.now(), Barrier(2), []
    secret, _codes = an_app(user, now=now - timedelta(minutes=5))
    code = app_code(secret, now)

    def run():
        together.wait()
        try:
            second_steps.check_code(user_id=user.pk, code=code, now=now)
            results.append("in")
        except second_steps.WrongCode:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["in", "refused"]


# Recovery codes


def test_a_recovery_code_lets_in_once_and_its_owner_hears_of_it(client):
    user = a_user()
    _secret, codes = an_app(user)
    OutgoingMessage.objects.all().delete()
    sign_in(client, user)
    client.post(STEP, {"code": f"{codes[3][:4]} {codes[3][4:]}"})
    other = another()
    sign_in(other, user)

    again = other.post(STEP, {"code": codes[3]})

    assert (is_in(client), is_in(other)) == (True, False)
    assert "used already" in again.text
    assert second_steps.of(user).codes_left == 9
    [message] = OutgoingMessage.objects.all()
    assert "recovery code was used." in message.body_text


def test_new_codes_take_the_place_of_the_old_ones_and_are_shown_once(client):
    user = a_user()
    set_up(client, user)
    old = second_steps.of(user).codes.wrap().generate_codes()

    asked = client.get("/accounts/2fa/recovery-codes/generate/")
    shown = client.post("/accounts/2fa/recovery-codes/generate/")
    later = client.get("/accounts/2fa/")

    new = [code.replace(" ", "") for code in shown.context["codes"]]
    assert "10 codes that you have left stop working" in asked.text
    assert set(new).isdisjoint(old)
    assert new[0][:4] not in later.text
    sign_in(other := another(), user)
    assert other.post(STEP, {"code": old[0]}).status_code == 200
    assert other.post(STEP, {"code": new[0]}).status_code == 302


def test_the_codes_can_be_taken_away_as_a_file(client):
    page, _secret = set_up(client, a_user("maria@customer.example"))

    head, data = page.context["download"].split(",")
    text = unquote(data)

    assert head == "data:text/plain;charset=utf-8"
    assert "maria@customer.example" in text
    assert all(code in text for code in page.context["codes"])


def test_there_are_no_codes_without_a_second_step(client):
    sign_in(client, a_user())

    assert client.post("/accounts/2fa/recovery-codes/generate/")["Location"] == "/accounts/2fa/"


# Passkeys


def test_a_passkey_answers_the_second_step(client):
    user, device = an_admin(a_customer()), Device()
    sign_in(client, user)
    codes = add_passkey(client, device)
    other = another()
    sign_in(other, user)

    step = other.get(STEP)
    done = other.post(STEP, {"credential": json.dumps(device.sign(question(step)))})

    assert codes.text.count('<code class="secret">') == 10
    assert done["Location"] == "/"
    assert is_in(other)


def test_a_passkey_that_knows_its_owner_signs_in_alone(client):
    user, device = an_admin(a_customer()), Device()
    sign_in(client, user)
    add_passkey(client, device)
    other = another()

    answer = json.dumps(device.sign(ask(other)))
    done = other.post(f"{PASSKEYS}login/", {"credential": answer, "next": "/account/"})

    assert done["Location"] == "/account/"
    assert is_in(other)
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_a_passkey_that_does_not_know_its_owner_is_a_second_step_only(client):
    user, device = a_user(), Device(knows_owner=False)
    sign_in(client, user)

    alone = add_passkey(client, device)
    step = add_passkey(client, device, signs_in_alone="")
    other = another()
    entered = other.post(f"{PASSKEYS}login/", {"credential": json.dumps(device.sign(ask(other)))})

    assert "was not accepted" in alone.text
    assert "recovery codes" in step.text
    assert entered["Location"] == "/accounts/login/"
    assert not is_in(other)


def test_the_question_of_a_second_step_does_not_let_a_passkey_sign_in_alone(client):
    user, device = an_admin(a_customer()), Device()
    sign_in(client, user)
    add_passkey(client, device)
    thief, other = another(), another()
    device.flags &= ~VERIFIED
    sign_in(thief, user)
    asked = question(thief.get(STEP))

    thief.post(f"{PASSKEYS}login/", {"credential": json.dumps(device.sign(asked))})
    sign_in(other, user)
    other.post(STEP, {"credential": json.dumps(device.sign(question(other.get(STEP))))})

    assert not is_in(thief)
    assert is_in(other)


def test_a_passkey_that_was_not_to_sign_in_alone_does_not(client):
    user, device = an_admin(a_customer()), Device()
    sign_in(client, user)
    add_passkey(client, device, signs_in_alone="")
    other = another()

    other.post(f"{PASSKEYS}login/", {"credential": json.dumps(device.sign(ask(other)))})

    assert not is_in(other)
    assert "Second step only" in client.get("/accounts/2fa/").text


def test_an_answer_is_good_for_the_question_of_this_browser_only(client):
    user, device = a_user(), Device()
    sign_in(client, user)
    add_passkey(client, device)
    thief = another()
    answer = json.dumps(device.sign(ask(client := another())))
    ask(thief)

    stolen = thief.post(f"{PASSKEYS}login/", {"credential": answer})
    right = client.post(f"{PASSKEYS}login/", {"credential": answer})
    client.post("/accounts/logout/")
    replayed = client.post(f"{PASSKEYS}login/", {"credential": answer})

    assert (stolen["Location"], replayed["Location"]) == ("/accounts/login/",) * 2
    assert right["Location"] == "/"
    assert "was not accepted" in client.get("/accounts/login/").text


def test_a_passkey_of_another_site_or_another_person_is_refused(client):
    user, elsewhere = a_user(), Device(origin="https://evil.example")
    sign_in(client, user)
    stranger = another()
    sign_in(stranger, a_user())
    theirs = Device()
    add_passkey(stranger, theirs)

    foreign = add_passkey(client, elsewhere)
    add_passkey(client, Device())
    other = another()
    sign_in(other, user)
    step = other.post(STEP, {"credential": json.dumps(theirs.sign(question(other.get(STEP))))})

    assert "was not accepted" in foreign.text
    assert "was not accepted" in step.text
    assert not is_in(other)


JUNK = ["", "{", "[]", "{}", "null", "7", '"x"', '{"id": 1}', "[" * 5000, "x" * 30_000, "\x00"]
JUNK += ['{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}']
JUNK += ['{"id": "AA", "rawId": "AA", "response": {"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}']


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_instead_of_a_passkey_is_refused_with_words(client, junk):
    user = a_user()
    sign_in(client, user)
    add_passkey(client, Device())
    client.get(f"{PASSKEYS}add/")
    other = another()
    sign_in(other, user)
    other.get(STEP)
    stranger = another()
    ask(stranger)

    made = client.post(f"{PASSKEYS}add/", {"name": "Telephone", "credential": junk})
    step = other.post(STEP, {"credential": junk})
    proof = client.post("/accounts/reauthenticate/", {"credential": junk})
    entered = stranger.post(f"{PASSKEYS}login/", {"credential": junk})

    assert [made.status_code, step.status_code, proof.status_code] == [200, 200, 200]
    assert "was not accepted" in made.text
    assert "was not accepted" in step.text
    assert "was not accepted" in proof.text
    assert entered["Location"] == "/accounts/login/"
    assert not is_in(other)


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON", "userHandle"])
def test_a_changed_answer_is_refused(client, part):
    user, device = a_user(), Device()
    sign_in(client, user)
    add_passkey(client, device)
    other = another()
    answer = device.sign(ask(other))
    text = answer["response"][part]
    answer["response"][part] = ("B" if text[0] != "B" else "C") + text[1:]

    entered = other.post(f"{PASSKEYS}login/", {"credential": json.dumps(answer)})

    assert entered["Location"] == "/accounts/login/"
    assert not is_in(other)


def test_passkeys_are_named_and_renamed(client):
    user = a_user()
    sign_in(client, user)
    first = client.get(
        f"{PASSKEYS}add/", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    )
    add_passkey(client, Device())
    [row] = second_steps.of(user).passkeys

    client.post(f"{PASSKEYS}keys/{row.pk}/edit/", {"name": "Grey laptop"})
    refused = client.post(f"{PASSKEYS}keys/{row.pk}/edit/", {"name": "x" * 61})

    assert 'value="Firefox on Windows"' in first.text
    assert second_steps.of(user).passkeys[0].wrap().name == "Grey laptop"
    assert refused.status_code == 200


def test_strangers_find_no_passkey_of_others(client):
    owner = another()
    sign_in(owner, a_user())
    add_passkey(owner, Device())
    pk = Authenticator.objects.get(type="webauthn").pk
    sign_in(client, a_user())

    for path in (f"{PASSKEYS}keys/{pk}/edit/", f"{PASSKEYS}keys/{pk}/remove/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=pk).exists()


def test_a_person_keeps_twenty_passkeys_and_no_more(client):
    user = a_user()
    sign_in(client, user)
    for _ in range(20):
        add_passkey(client, Device())

    refused = add_passkey(client, Device())

    assert "as many passkeys" in refused.text
    assert len(second_steps.of(user).passkeys) == 20


# Removing, and who has to have one


def test_removing_the_last_step_takes_the_codes_along_and_the_question_away(client):
    user = an_admin(a_customer())
    set_up(client, user)

    asked = client.get("/accounts/2fa/totp/deactivate/")
    client.post("/accounts/2fa/totp/deactivate/")

    assert "only second step" in asked.text
    assert not Authenticator.objects.exists()
    assert sign_in(another(), user)["Location"] == "/"
    assert [entry.kind for entry in AuditEntry.objects.order_by("pk")][-2:] == [
        "second_step_added",
        "second_step_removed",
    ]


def test_a_step_can_be_removed_while_another_one_stays(client):
    user = a_user()
    second_steps.require(user_id=user.pk, required=True, now=timezone.now())
    set_up(client, user)
    add_passkey(client, Device())
    [passkey] = second_steps.of(user).passkeys

    client.post("/accounts/2fa/totp/deactivate/")
    last = client.post(f"{PASSKEYS}keys/{passkey.pk}/remove/", follow=True)

    steps = second_steps.of(user)
    assert (steps.app, len(steps.passkeys)) == (None, 1)
    assert "your only one" in last.text


def test_whoever_has_to_have_a_second_step_is_led_to_set_one_up_before_all_else(client):
    user = an_admin(a_customer())
    sign_in(client, user)
    second_steps.require(user_id=user.pk, required=True, now=timezone.now())

    refused = {client.get(path)["Location"] for path in ("/", "/account/", "/orders/")}
    by_htmx = client.get("/customers/", headers={"HX-Request": "true"})
    led = client.get("/accounts/2fa/")
    page = client.get(SETUP)
    client.get(f"{SETUP}code.svg")
    client.post(SETUP, {"code": app_code(page.context["secret"], timezone.now())})

    assert refused == {"/accounts/2fa/"}
    assert by_htmx["HX-Redirect"] == "/accounts/2fa/"
    assert "You need a second step to sign in." in led.text
    assert client.get("/account/").status_code == 200


def test_who_is_led_there_can_still_sign_out_and_change_the_language(client):
    user = an_admin(a_customer())
    second_steps.require(user_id=user.pk, required=True, now=timezone.now())
    sign_in(client, user)

    assert client.post("/language/", {"language": "fi", "next": "/"}).status_code == 302
    assert client.post("/accounts/logout/")["Location"] == "/accounts/signed-out/"


@pytest.mark.parametrize(("setting", "place"), [(True, "/accounts/2fa/"), (False, None)])
def test_the_office_has_to_have_one_when_the_setting_says_so(client, setting, place):
    account_settings.keep(staff_second_step=setting, now=timezone.now())
    member = another()
    sign_in(client, a_superuser())
    sign_in(member, an_admin(a_customer()))

    for path in ("/office/", "/admin/"):
        assert client.get(path).headers.get("Location") == place
    assert member.get("/").status_code == 200


def test_the_setting_costs_the_office_no_question_a_page(client, django_assert_max_num_queries):
    sign_in(client, a_clerk())
    client.get("/office/")

    with django_assert_max_num_queries(5):
        client.get("/office/style-guide/")


def test_the_office_takes_away_what_a_person_has_lost(client):
    user = an_admin(a_customer())
    set_up(client, user)

    second_steps.reset(user_id=user.pk, now=timezone.now())

    assert client.get("/account/").status_code == 302
    assert sign_in(another(), user)["Location"] == "/"
    assert AuditEntry.objects.filter(kind="second_step_reset", subject=user.email).exists()
    message = OutgoingMessage.objects.latest("pk")
    assert "removed by the office" in message.body_text


def test_every_change_is_told_to_the_person_and_the_audit(client):
    user = a_user()
    set_up(client, user)
    add_passkey(client, Device())
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")

    told = [message.kind for message in OutgoingMessage.objects.order_by("pk")]
    noted = list(AuditEntry.objects.order_by("pk").values_list("kind", "actor"))
    assert told == ["credentials_changed"] * 4
    assert noted == [
        ("second_step_added", user.pk),
        ("second_step_added", user.pk),
        ("recovery_codes_made", user.pk),
        ("second_step_removed", user.pk),
    ]


# Once more, before something changes


CHANGES = [
    SETUP,
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/generate/",
    f"{PASSKEYS}add/",
]


@pytest.mark.parametrize("path", CHANGES)
def test_what_changes_how_one_signs_in_asks_for_a_fresh_proof(client, path):
    user = a_user()
    an_app(user)
    client.force_login(user)

    asked = client.get(path)
    sent = client.post(path)

    assert asked["Location"] == sent["Location"] == f"/accounts/reauthenticate/?next={path}"
    assert "do it once more" in client.get(sent["Location"]).text


def test_the_proof_is_the_password_a_code_or_a_passkey(client):
    user, device = a_user(), Device()
    set_up(client, user)
    add_passkey(client, device)
    secret = secrets.open_sealed(second_steps.of(user).app.data["secret"])
    address = f"/accounts/reauthenticate/?next={PASSKEYS}add/"

    for way in ("password", "code", "passkey"):
        tired = another()
        tired.force_login(user)
        page = tired.get(address)
        sent = {
            "password": {"password": f" {PASSWORD} "},
            "code": {"code": app_code(secret, timezone.now() + timedelta(seconds=30))},
            "passkey": {"credential": json.dumps(device.sign(question(page)))},
        }[way]
        proven = tired.post(address, sent)
        assert (way, proven["Location"]) == (way, f"{PASSKEYS}add/")
        assert tired.get(f"{PASSKEYS}add/").status_code == 200


def test_a_wrong_password_is_no_proof_and_guessing_has_to_wait(client):
    client.force_login(a_user())

    answers = [client.post("/accounts/reauthenticate/", {"password": "wrong"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "That is not the password." in answers[0].text
    assert client.get(SETUP).status_code == 302


def test_a_proof_lasts_for_ten_minutes_and_for_a_form_that_is_open(client):
    user, now = a_user(), timezone.now()
    with time_machine.travel(now, tick=False):
        sign_in(client, user)
    with time_machine.travel(now + timedelta(minutes=9), tick=False):
        secret = client.get(SETUP).context["secret"]
    with time_machine.travel(now + timedelta(minutes=11), tick=False):
        assert client.get(SETUP).status_code == 302
    later = now + timedelta(minutes=20)
    with time_machine.travel(later, tick=False):
        assert client.post(SETUP, {"code": app_code(secret, later)}).status_code == 200


def test_a_link_by_mail_is_no_proof(client):
    user = an_admin(a_customer())

    client.post(f"/p/{a_link(user, SIGN_IN)}/")

    assert client.get(SETUP)["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_the_proof_leads_nowhere_else(client, wanted):
    client.force_login(a_user())

    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": wanted})

    assert answer["Location"] == "/"


# Keys


def test_secrets_are_sealed_anew_with_the_first_key(client, settings):
    user = a_user()
    secret, codes = an_app(user, now=timezone.now() - timedelta(minutes=5))
    old, new = settings.PORTICO_SECRETS_KEYS[0], Fernet.generate_key().decode()
    settings.PORTICO_SECRETS_KEYS = [new, old]

    call_command("reseal_secrets")

    settings.PORTICO_SECRETS_KEYS = [new]
    for code in (app_code(secret, timezone.now()), codes[0]):
        second_steps.check_code(user_id=user.pk, code=code, now=timezone.now())


def test_the_admin_has_no_page_of_second_steps_and_sessions(client):
    client.force_login(a_superuser())

    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert client.get("/admin/usersessions/usersession/").status_code == 404
    assert User.objects.count() == 1
