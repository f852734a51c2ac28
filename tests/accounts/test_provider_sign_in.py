"""Signing in through the identity provider: a certified one, told to lie where it must."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import authenticate
from django.contrib.messages.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.services import account_settings, people, staff_sign_in
from accounts.services.staff_sign_in import Identity
from accounts.views.entering import enter
from portal.demo.place import free_port
from tests.builders.accounts import PASSWORD, a_clerk, a_customer, a_role, a_superuser, an_admin
from tests.oidc.server import Visitor

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CALLBACK = "/accounts/oidc/office/login/callback/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def planner():
    account_settings.keep(internal_domains=["seller.example"], now=NOON)
    return a_role("Planner", orders="process", claims=["planner"])


@pytest.fixture
def portal(client, provider, planner):
    """A browser at a portal whose people of seller.example come through the provider."""
    return client


def start(client, email="laura@seller.example", **more):
    """The provider's address that the typed one leads to."""
    response = client.post("/accounts/login/", {"login": email, "password": "", **more})
    assert response.status_code == 302, response.text
    return response["Location"]


def come_back(client, address):
    assert address.startswith(f"http://testserver{CALLBACK}?")
    return client.get(address.removeprefix("http://testserver"))


def sign_in(client, person="laura", email="laura@seller.example", **more):
    """Sign in at the provider as the person, after typing the address at the portal."""
    return come_back(client, Visitor().walk(start(client, email, **more), person))


def reasons(caplog):
    return [record.reason for record in caplog.records if record.name == "accounts.views.provider"]


def refused(response, caplog, *expected):
    """The person reads that it failed, whom to ask and nothing else; the log knows why."""
    assert response.status_code == 403
    assert "Authentication failed" in response.text
    for reason in expected:
        assert reason not in response.text
    assert reasons(caplog) == list(expected)
    return True


def is_signed_in(client):
    return "_auth_user_id" in client.session


# Coming in


def test_the_first_sign_in_makes_a_user_of_the_office_with_the_mapped_roles(portal, planner):
    response = sign_in(portal)

    assert (response.status_code, response["Location"]) == (302, "/")
    laura = User.objects.get()
    assert (laura.email, laura.first_name, laura.last_name) == (
        "laura@seller.example",
        "Laura",
        "Callahan",
    )
    assert (laura.is_staff, laura.is_superuser, laura.language) == (True, False, "fi")
    assert laura.email_verified_at is not None
    assert not laura.has_usable_password()
    assert list(laura.role_grants.values_list("role", "origin")) == [(planner.pk, "provider")]
    assert portal.get("/office/orders/").status_code == 200
    assert [entry.kind for entry in AuditEntry.objects.order_by("pk")][1:] == [
        "provider_user_added",
        "role_given",
        "provider_user_linked",
    ]


def test_the_second_sign_in_finds_the_same_user(portal):
    sign_in(portal)
    portal.post("/accounts/logout/")

    sign_in(portal)

    assert is_signed_in(portal)
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_a_name_in_one_piece_is_parted_at_the_last_space(portal):
    a_role("Cashier", claims=["cashier"])

    sign_in(portal, "sam", "sam@seller.example")

    sam = User.objects.get()
    assert (sam.first_name, sam.last_name, sam.language) == ("Sam van der", "Otter", "en")


def test_case_and_spaces_of_the_typed_address_do_not_matter(portal):
    sign_in(portal, email="  Laura@SELLER.example ")

    assert is_signed_in(portal)


def test_somebody_whom_the_office_has_entered_before_is_bound_and_loses_the_password(portal):
    laura = a_clerk(email="laura@seller.example", first_name="Laura B.")
    other_browser = Client()
    other_browser.force_login(laura)

    sign_in(portal)

    laura.refresh_from_db()
    assert is_signed_in(portal)
    assert User.objects.get() == laura
    assert (laura.first_name, laura.has_usable_password()) == ("Laura B.", False)
    assert other_browser.get("/office/").status_code == 302


def test_the_request_carries_hint_proof_key_and_nonce(portal, provider):
    address = urlsplit(start(portal))

    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == provider.issuer
    assert set(asked) == {
        *("client_id", "code_challenge", "code_challenge_method", "login_hint", "nonce"),
        *("redirect_uri", "response_type", "scope", "state"),
    }
    assert (asked["login_hint"], asked["code_challenge_method"], asked["redirect_uri"]) == (
        "laura@seller.example",
        "S256",
        f"http://testserver{CALLBACK}",
    )
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert min(len(asked[secret]) for secret in ("nonce", "state")) >= 16


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/office/orders/?q=1", "/office/orders/?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
    ],
)
def test_people_come_back_to_the_page_they_wanted_and_to_no_other_site(portal, wanted, reached):
    assert sign_in(portal, next=wanted)["Location"] == reached


def test_whoever_was_signed_in_in_this_browser_meanwhile_is_signed_out_first(portal):
    back = Visitor().walk(start(portal), "laura")
    portal.force_login(an_admin(a_customer()))

    come_back(portal, back)

    assert portal.session["_auth_user_id"] == str(User.objects.get(is_staff=True).pk)


def test_a_session_of_the_office_lasts_twelve_hours_at_most(portal):
    sign_in(portal)

    assert portal.session.get_expire_at_browser_close()
    for hours, status in [(1, 200), (2, 200), (3, 200)]:
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            assert portal.get("/office/").status_code == status
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
        assert portal.get("/office/").status_code == 302


def test_asking_for_the_provider_too_often_has_to_wait(portal):
    for _each in range(60):
        start(portal)

    response = portal.post("/accounts/login/", {"login": "laura@seller.example"})

    assert response.status_code == 429
    assert "Wait" in response.text
    assert list(response.context["form"].errors) == ["__all__"]


def test_without_a_provider_internal_addresses_sign_in_by_password(client, planner, settings):
    assert settings.OIDC_ISSUER == ""
    a_clerk(email="laura@seller.example")

    client.post("/accounts/login/", {"login": "laura@seller.example", "password": PASSWORD})

    assert is_signed_in(client)


# Not coming in


def test_another_address_than_the_typed_one_is_refused(portal, caplog):
    a_role("Cashier", claims=["cashier"])

    assert refused(sign_in(portal, "sam"), caplog, "other_address")
    assert not User.objects.exists()
    [entry] = AuditEntry.objects.filter(kind="provider_refused")
    assert (entry.subject, entry.after) == ("sam@seller.example", {"reason": "other_address"})


@pytest.mark.parametrize(
    ("person", "claims", "reason"),
    [
        ("roleless", {}, "no_role"),
        ("unverified", {}, "not_verified"),
        ("laura", {"email_verified": None}, "not_verified"),
        ("laura", {"roles": None}, "no_role"),
        ("laura", {"roles": ["PLANNER", "plan ner"]}, "no_role"),
        ("laura", {"roles": {"planner": True}}, "no_role"),
        ("laura", {"email": None}, "other_address"),
        ("laura", {"email": ["laura@seller.example"]}, "other_address"),
        ("laura", {"email": "laura@seller.example\x00"}, "other_address"),
    ],
)
def test_what_is_missing_in_the_claims_is_refused(portal, provider, caplog, person, claims, reason):
    provider.lie(claims=claims)

    assert refused(sign_in(portal, person, f"{person}@seller.example"), caplog, reason)
    assert not is_signed_in(portal)
    assert not User.objects.exists()


def test_a_provider_without_that_claim_can_be_trusted_with_addresses(portal, provider, settings):
    settings.OIDC_EMAIL_TRUSTED = True
    provider.lie(claims={"email_verified": None})
    assert sign_in(portal).status_code == 302

    other = Client()
    provider.lie(claims={"email_verified": False})
    assert sign_in(other).status_code == 403


def test_what_is_verified_is_the_email_claim_and_no_other_one(portal, provider, settings, caplog):
    settings.OIDC_EMAIL_CLAIM = "preferred_username"
    provider.lie(
        idToken={"preferred_username": "laura@seller.example", "email_verified": True},
        userinfo={"roles": ["planner"]},
    )

    assert refused(sign_in(portal), caplog, "not_verified")


def test_a_domain_that_is_internal_no_more_admits_nobody(portal, caplog):
    back = Visitor().walk(start(portal), "laura")
    account_settings.keep(internal_domains=["other.example"], now=NOON)

    assert refused(come_back(portal, back), caplog, "not_internal")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_active": False, "is_staff": True}, "closed"),
        ({"is_active": True, "is_staff": False}, "not_staff"),
    ],
)
def test_the_portals_own_record_has_the_last_word(portal, caplog, fields, reason):
    sign_in(portal)
    portal.post("/accounts/logout/")
    User.objects.update(**fields)

    assert refused(sign_in(portal), caplog, reason)
    assert not is_signed_in(portal)


def test_a_members_account_does_not_become_one_of_the_office(portal, caplog):
    maria = an_admin(a_customer(), email="laura@seller.example")

    assert refused(sign_in(portal), caplog, "not_staff")

    maria.refresh_from_db()
    assert (maria.is_staff, maria.role_grants.count()) == (False, 0)
    assert maria.has_usable_password()


def test_a_role_taken_away_at_the_provider_is_gone_after_the_next_sign_in(
    portal, provider, planner
):
    cashier = a_role("Cashier", invoices="display", claims=["cashier"])
    provider.lie(claims={"roles": ["planner", "cashier"]})
    sign_in(portal)
    provider.lie(claims={"roles": ["cashier"]})
    sign_in(Client())

    assert list(User.objects.get().role_grants.values_list("role", flat=True)) == [cashier.pk]
    assert portal.get("/office/orders/").status_code == 403
    assert portal.get("/office/invoices/").status_code == 200


def test_without_a_role_left_every_session_ends(portal, provider, caplog):
    other_browser = Client()
    for browser in (portal, other_browser):
        sign_in(browser)
        assert browser.get("/office/").status_code == 200
    provider.lie(claims={"roles": []})

    assert refused(sign_in(Client()), caplog, "no_role")

    for browser in (portal, other_browser):
        assert browser.get("/office/").status_code == 302
    assert not User.objects.get().role_grants.exists()


def test_a_role_given_by_hand_is_enough_once_the_office_knows_somebody(portal, provider):
    provider.lie(claims={"roles": []})
    laura = a_clerk(email="laura@seller.example")
    a_role("By hand", laura, invoices="display")

    sign_in(portal)

    assert is_signed_in(portal)


def test_superusers_need_no_role(portal, provider):
    provider.lie(claims={"roles": []})
    a_superuser(email="laura@seller.example")

    sign_in(portal)

    assert is_signed_in(portal)


def test_an_address_given_to_a_new_colleague_does_not_open_the_predecessors_account(
    portal, provider, caplog
):
    sign_in(portal)
    portal.post("/accounts/logout/")
    provider.lie(claims={"email": "laura@seller.example", "roles": ["planner"]})

    assert refused(sign_in(portal, "sam"), caplog, "other_person")
    assert SocialAccount.objects.count() == 1


def test_a_new_address_of_the_same_person_is_followed(portal, provider):
    sign_in(portal)
    provider.lie(claims={"email": "laura.new@seller.example"})

    sign_in(Client(), email="laura.new@seller.example")

    laura = User.objects.get()
    assert laura.email == "laura.new@seller.example"
    assert list(laura.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("laura.new@seller.example", True, True)
    ]
    [entry] = AuditEntry.objects.filter(kind="provider_address_changed")
    assert (entry.before, entry.after) == (
        {"email": "laura@seller.example"},
        {"email": "laura.new@seller.example"},
    )


def test_a_colleague_may_have_the_address_that_another_one_had(portal, provider):
    sign_in(portal)
    provider.lie(claims={"email": "laura.new@seller.example"})
    sign_in(Client(), email="laura.new@seller.example")
    laura = User.objects.get()
    people.change(user_id=laura.pk, email="laura.other@seller.example", now=NOON)
    rows = list(laura.emailaddress_set.all())
    laura.emailaddress_set.create(email="sam@seller.example", verified=True, primary=True)
    provider.lie(claims={"roles": ["planner"]})

    browser = Client()
    sign_in(browser, "sam", "sam@seller.example")

    assert rows == []
    assert is_signed_in(browser)
    assert not laura.emailaddress_set.exists()


def test_the_address_of_another_user_is_not_taken_over(portal, provider, caplog):
    sign_in(portal)
    a_clerk(email="sam@seller.example")
    provider.lie(claims={"email": "sam@seller.example"})

    assert refused(sign_in(Client(), email="sam@seller.example"), caplog, "address_taken")
    assert set(User.objects.values_list("email", flat=True)) == {
        "laura@seller.example",
        "sam@seller.example",
    }


# Refusal and mischief at the provider


def test_whoever_cancels_or_refuses_consent_is_not_signed_in(portal, caplog):
    cancelled = come_back(portal, Visitor().walk(start(portal), None))
    refusing = come_back(portal, Visitor().walk(start(portal), "laura", consents=False))

    for response in (cancelled, refusing):
        assert response.status_code == 403
        assert "Authentication failed" in response.text
    assert reasons(caplog) == ["access_denied", "access_denied"]
    assert not AuditEntry.objects.filter(kind="provider_refused").exists()


def test_an_answer_opens_once(portal, caplog):
    back = Visitor().walk(start(portal), "laura")
    come_back(portal, back)
    portal.post("/accounts/logout/")

    assert refused(come_back(portal, back), caplog, "state")
    assert not is_signed_in(portal)


def test_an_answer_opens_in_the_browser_that_asked_alone(portal, caplog):
    back = Visitor().walk(start(portal), "laura")

    assert refused(come_back(Client(), back), caplog, "state")


def test_an_answer_after_ten_minutes_is_too_late(portal, caplog):
    address = start(portal)
    back = Visitor().walk(address, "laura")

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert refused(come_back(portal, back), caplog, "state")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "state"),
        ("state=", "state"),
        ("state=x&code=y", "state"),
        ("code=y&iss=http://evil.example", "state"),
        ("error=access_denied", "state"),
    ],
)
def test_an_answer_nobody_asked_for_is_refused(portal, caplog, query, reason):
    assert refused(portal.get(f"{CALLBACK}?{query}"), caplog, reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("x" * 61, "no_code"),
        ("<script>", "no_code"),
        ("", "no_code"),
    ],
)
def test_errors_of_the_provider_are_logged_when_they_are_words(portal, caplog, error, reason):
    state = parse_qs(urlsplit(start(portal)).query)["state"][0]

    response = portal.get(CALLBACK, {"state": state, "error": error})

    assert refused(response, caplog, reason)


def changed(address, **values):
    """The address with these parameters instead of its own; None takes one away."""
    parts = urlsplit(address)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    left = {name: value for name, value in query.items() if value is not None}
    return f"{parts._replace(query=urlencode(left)).geturl()}"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"code": "made-up"}, "token_invalid_grant"),
        ({"iss": "https://evil.example"}, "issuer_of_answer"),
        ({"iss": None}, "issuer_of_answer"),
    ],
)
def test_an_answer_changed_on_its_way_is_refused(portal, caplog, values, reason):
    back = Visitor().walk(start(portal), "laura")

    assert refused(come_back(portal, changed(back, **values)), caplog, reason)


def test_a_code_that_has_expired_is_refused(portal, provider, caplog):
    back = Visitor().walk(start(portal), "laura")
    provider.lie(secondsLater=120)

    assert refused(come_back(portal, back), caplog, "token_invalid_grant")


def test_a_code_stolen_from_another_sign_in_fails_for_want_of_the_proof_key(portal, caplog):
    stolen = parse_qs(urlsplit(Visitor().walk(start(Client()), "laura")).query)["code"][0]
    back = Visitor().walk(start(portal), "laura")

    assert refused(come_back(portal, changed(back, code=stolen)), caplog, "token_invalid_grant")


def test_a_wrong_secret_of_the_portal_is_the_portals_trouble(portal, settings, caplog):
    back = Visitor().walk(start(portal), "laura")
    settings.OIDC_CLIENT_SECRET = "wrong"

    assert refused(come_back(portal, back), caplog, "token_invalid_client")


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"idToken": {"nonce": "of another request"}}, "nonce"),
        ({"without": ["nonce"]}, "id_token_MissingRequiredClaimError"),
        ({"without": ["sub"]}, "id_token_MissingRequiredClaimError"),
        ({"without": ["exp"]}, "id_token_MissingRequiredClaimError"),
        ({"idToken": {"iss": "https://evil.example"}}, "id_token_InvalidIssuerError"),
        ({"idToken": {"aud": "another"}}, "id_token_InvalidAudienceError"),
        ({"idToken": {"azp": "another"}}, "id_token_for_another"),
        ({"idToken": {"exp": 1}}, "id_token_ExpiredSignatureError"),
        ({"idToken": {"iat": 4102444800}}, "id_token_ImmatureSignatureError"),
        ({"otherKey": True}, "id_token_InvalidSignatureError"),
        ({"kid": "unknown"}, "id_token_key"),
        ({"algorithm": "none"}, "id_token_InvalidAlgorithmError"),
        ({"configuration": {"issuer": "https://evil.example"}}, "issuer_of_configuration"),
        ({"userinfo": {"sub": "sam"}}, "userinfo_of_another"),
    ],
    ids=str,
)
def test_what_the_provider_did_not_say_to_us_now_is_not_believed(
    portal, provider, caplog, lies, reason
):
    back = Visitor().walk(start(portal), "laura")
    provider.lie(**lies)

    assert refused(come_back(portal, back), caplog, reason)
    assert not is_signed_in(portal)
    assert not User.objects.exists()


def test_a_signature_by_the_secret_that_both_know_is_not_believed(
    portal, provider, settings, caplog
):
    back = Visitor().walk(start(portal), "laura")
    provider.lie(algorithm="HS256", secret=settings.OIDC_CLIENT_SECRET)

    assert refused(come_back(portal, back), caplog, "id_token_InvalidAlgorithmError")


def test_claims_in_the_token_itself_need_no_further_question(portal, provider):
    claims = {"email": "laura@seller.example", "email_verified": "true", "roles": "planner"}
    provider.lie(idToken=claims, status={"/me": 500})

    assert sign_in(portal).status_code == 302


@pytest.mark.parametrize(
    ("setting", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["planner"]}}),
        ("https://seller.example/roles", {"https://seller.example/roles": ["planner"]}),
    ],
)
def test_roles_are_read_from_the_claim_that_the_operator_names(
    portal, provider, settings, setting, claims
):
    settings.OIDC_ROLES_CLAIM = setting
    provider.lie(idToken=claims | {"email": "laura@seller.example", "email_verified": True})

    assert sign_in(portal).status_code == 302


def test_the_address_is_read_from_the_claim_that_the_operator_names(portal, provider, settings):
    settings.OIDC_EMAIL_CLAIM = "preferred_username"
    settings.OIDC_EMAIL_TRUSTED = True
    provider.lie(
        idToken={"preferred_username": "Laura@Seller.example", "roles": ["planner"]},
        userinfo={"email_verified": None},
    )

    assert sign_in(portal).status_code == 302


# The provider is away


def away(response, caplog, reason):
    assert response.status_code == 502
    assert "Seller ID does not answer at the moment" in response.text
    assert reasons(caplog) == [reason]
    return True


def test_a_provider_that_is_down_is_said_so_before_anybody_is_sent_there(portal, settings, caplog):
    settings.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"

    response = portal.post("/accounts/login/", {"login": "laura@seller.example"})

    assert away(response, caplog, "no_answer")


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"status": {"/.well-known/openid-configuration": 500}}, "no_answer"),
        ({"body": {"/.well-known/openid-configuration": []}}, "malformed_answer"),
        ({"body": {"/.well-known/openid-configuration": {}}}, "malformed_answer"),
        ({"body": {"/.well-known/openid-configuration": "<html>"}}, "no_answer"),
        ({"configuration": {"authorization_endpoint": None}}, "bad_address"),
        ({"configuration": {"authorization_endpoint": "http://idp.example/"}}, "bad_address"),
        ({"configuration": {"token_endpoint": "http://idp.example/"}}, "bad_address"),
        ({"configuration": {"jwks_uri": "ftp://idp.example/"}}, "bad_address"),
    ],
    ids=str,
)
def test_a_configuration_that_cannot_be_used_sends_nobody_anywhere(
    portal, provider, caplog, lies, reason
):
    provider.lie(**lies)

    response = portal.post("/accounts/login/", {"login": "laura@seller.example"})

    assert away(response, caplog, reason)


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"status": {"/jwks": 500}}, "no_answer"),
        ({"body": {"/jwks": {"keys": []}}}, "id_token_PyJWKSetError"),
        ({"body": {"/jwks": {}}}, "id_token_PyJWKSetError"),
        ({"body": {"/token": {"access_token": "a"}}}, "malformed_answer"),
        ({"body": {"/token": {"access_token": "a", "id_token": "x.y.z"}}}, "id_token_DecodeError"),
        ({"body": {"/token": {"access_token": "a", "id_token": None}}}, "id_token_DecodeError"),
        ({"status": {"/token": 503}}, "token_refused"),
        ({"status": {"/me": 401}}, "no_answer"),
        ({"body": {"/me": []}}, "userinfo_of_another"),
    ],
    ids=str,
)
def test_a_provider_that_answers_badly_signs_nobody_in(portal, provider, caplog, lies, reason):
    back = Visitor().walk(start(portal), "laura")
    provider.lie(**lies)

    response = come_back(portal, back)

    assert response.status_code in (403, 502)
    assert "Authentication failed" in response.text
    assert reasons(caplog) == [reason]
    assert not is_signed_in(portal)


# Nobody of the office comes in by another way


def test_a_password_of_an_internal_address_is_never_looked_at(portal, provider):
    a_superuser(email="laura@seller.example")

    response = portal.post(
        "/accounts/login/", {"login": "laura@seller.example", "password": PASSWORD}
    )

    assert response["Location"].startswith(provider.issuer)
    assert authenticate(None, email="laura@seller.example", password=PASSWORD) is None
    assert not is_signed_in(portal)


@pytest.mark.parametrize(
    "typed",
    [
        "laura\x00@seller.example",
        "@seller.example",
        "a b@seller.example",
        "x" * 300 + "@seller.example",
    ],
)
def test_what_is_no_address_is_said_so_and_leads_nowhere(portal, typed):
    response = portal.post("/accounts/login/", {"login": typed, "password": PASSWORD})

    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_superuser_of_another_domain_gets_in_while_the_provider_is_away(portal, settings):
    settings.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
    a_superuser(email="emergency@portal.example")

    portal.post("/accounts/login/", {"login": "emergency@portal.example", "password": PASSWORD})

    assert is_signed_in(portal)


def test_whatever_else_proves_who_somebody_is_leads_to_the_sign_in(portal, rf):
    laura = a_clerk(email="laura@seller.example")
    request = portal.get("/accounts/login/").wsgi_request
    request._messages = default_storage(request)

    response = enter(request, laura, method="link")

    assert response["Location"] == "/accounts/login/"
    assert not request.user.is_authenticated


# What is written down


def test_the_log_holds_nothing_personal(portal, caplog):
    with caplog.at_level(logging.DEBUG):
        sign_in(portal)
        portal.post("/accounts/logout/")
        User.objects.update(is_active=False)
        sign_in(portal)

    lines = " ".join(
        str(vars(record)) for record in caplog.records if record.name.startswith("accounts")
    )
    assert "closed" in lines
    for personal in ("laura", "Laura", "Callahan", "seller.example"):
        assert personal not in lines
    [account] = SocialAccount.objects.all()
    assert list(account.extra_data) == ["issuer"]


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_user(provider, planner):
    identity = Identity(
        issuer=provider.issuer,
        subject="laura",
        email="laura@seller.example",
        email_is_verified=True,
        roles=("planner",),
    )
    ready = Barrier(2)

    def admit():
        try:
            ready.wait(10)
            return staff_sign_in.admit(identity=identity, typed="laura@seller.example", now=NOON).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        admitted = [future.result() for future in [pool.submit(admit), pool.submit(admit)]]

    assert admitted == [User.objects.get().pk] * 2
    assert SocialAccount.objects.count() == User.objects.get().role_grants.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
        "/accounts/social/signup/",
        "/accounts/oidc/office/login/",
        "/accounts/oidc/other/login/callback/",
    ],
)
def test_allauths_own_pages_for_providers_are_not_there(portal, path):
    assert portal.get(path).status_code == 404


def test_the_sign_in_page_lets_its_form_end_at_the_provider(portal, provider, settings):
    settings.OIDC_FORM_ORIGINS = ["https://adfs.seller.example"]

    policy = portal.get("/accounts/login/")["Content-Security-Policy"].split("; ")

    assert f"form-action 'self' {provider.issuer} https://adfs.seller.example" in policy
    assert provider.issuer not in portal.get("/accounts/signed-out/")["Content-Security-Policy"]
