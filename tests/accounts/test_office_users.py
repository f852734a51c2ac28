"""Everybody who signs in, as the office sees and keeps them."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Membership, OutgoingMessage, PrivateLink, Role, User
from accounts.purposes import SET_PASSWORD
from accounts.sections import Section
from accounts.services import people, roles
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_superuser,
    a_user,
    an_admin,
)
from tests.threads import at_once

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
USERS = "/office/users/"
NEW = "/office/users/new/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(a_superuser(email="root@seller.example", first_name="Zoe", last_name="Zzz"))
    return client


def a_clerk_with(*codenames, **fields):
    clerk = a_clerk(**fields)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return clerk


def address(page, person, customer=None):
    keys = [person.pk] if customer is None else [person.pk, customer.pk]
    return reverse(f"office:{page}", args=keys)


def emails(response):
    return [person.email for person, _customer in response.context["rows"]]


def kinds():
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["maria@alfreds.example", "laura@seller.example", "hans@closed.example"]),
        ("q=Anders", ["maria@alfreds.example"]),
        ("q=anders+maria", ["maria@alfreds.example"]),
        ("q=MARIA%40", ["maria@alfreds.example"]),
        ("q=ma", ["maria@alfreds.example"]),
        ("q=an", []),
        ("q=nobody", []),
        ("status=office", ["laura@seller.example"]),
        ("status=members", ["maria@alfreds.example"]),
        ("status=closed", ["hans@closed.example"]),
        ("customer=10001", ["maria@alfreds.example"]),
        ("customer=10002", ["maria@alfreds.example"]),
        ("customer=10003", []),
        ("customer=alfreds", ["maria@alfreds.example"]),
        ("customer=nobody", []),
    ],
)
def test_people_are_found_by_name_address_kind_and_customer(client, query, found):
    family = a_family()
    alfreds = a_customer("10001", name="Alfreds Futterkiste", family=family)
    a_customer("10002", name="Sister", family=family)
    a_customer("10003", name="Other")
    an_admin(
        alfreds,
        email="maria@alfreds.example",
        first_name="Maria",
        last_name="Anders",
        covers_family=True,
    )
    laura = a_clerk_with(
        "view_user", email="laura@seller.example", first_name="Laura", last_name="Callahan"
    )
    a_user("hans@closed.example", first_name="Hans", last_name="Zimmer", is_active=False)
    client.force_login(laura)

    assert emails(client.get(f"{USERS}?{query}")) == found


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_any_number_of_people(
    office, number, django_assert_num_queries
):
    for _ in range(number):
        maria = an_admin(a_customer())
        a_member(a_customer(), user=maria)

    # Session, person, settings, company, people, the customers shown, the bar.
    with django_assert_num_queries(7):
        office.get(USERS)


def test_a_row_says_what_somebody_belongs_to(office):
    maria = an_admin(a_customer("10001", name="Alfreds Futterkiste"))
    a_member(a_customer("10002"), user=maria)
    a_user("nobody@else.example")

    page = office.get(USERS).content.decode()

    assert "10001" in page
    assert "and 1 more" in page
    assert "No customer" in page


def test_the_page_of_a_person_shows_record_rights_and_roles(office):
    laura = a_clerk(email="laura@seller.example", first_name="Laura", last_name="Callahan")
    a_member(a_customer("10001", name="Alfreds Futterkiste"), Section.ORDERS, user=laura)
    role = roles.change(
        role_id=None, name="Planning", claim_values=[], rights={"orders": "display"}, now=NOON
    )
    roles.give(role_id=role.pk, email=laura.email, now=NOON)

    page = office.get(address("user-page", laura)).content.decode()

    for text in ("Laura Callahan", "10001", "See orders", "Planning", "Given by the office"):
        assert text in page, text


def test_a_person_is_made_and_gets_a_link(office):
    response = office.post(
        NEW,
        {
            "email": " Laura+Orders@Seller.EXAMPLE ",
            "first_name": "Laura",
            "language": "fi",
            "is_staff": "on",
            "send_link": "on",
        },
    )

    laura = User.objects.get(email="laura+orders@seller.example")
    assert response["Location"] == address("user-page", laura)
    assert (laura.is_staff, laura.language, laura.has_usable_password()) == (True, "fi", False)
    assert PrivateLink.objects.get().user == laura
    assert OutgoingMessage.objects.get().recipient_address == laura.email
    assert kinds() == ["user_created", "password_link_sent"]


def test_a_person_may_be_made_without_a_link(office):
    office.post(NEW, {"email": "laura@seller.example", "language": "fi"})

    assert not OutgoingMessage.objects.exists()
    assert not User.objects.get(email="laura@seller.example").is_staff


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "laura"),
        ("email", "Maria@Alfreds.Example"),
        ("email", "maria@\u0430lfreds.example"),
        ("first_name", "x" * 151),
        ("last_name", "x\x00y"),
        ("phone", "1" * 41),
        ("language", "xx"),
    ],
)
def test_a_record_that_does_not_fit_is_told_at_its_place(office, field, value):
    a_user("maria@alfreds.example")
    fields = {"email": "laura@seller.example", "language": "fi", "first_name": "Laura"}

    response = office.post(NEW, fields | {field: value})

    assert list(response.context["form"].errors) == [field]
    assert "Error:" in response.content.decode()
    assert not User.objects.filter(email="laura@seller.example").exists()


def test_a_record_is_changed_and_links_to_the_old_address_end(office):
    maria = a_user("maria@alfreds.example", email_verified_at=NOON)
    people.send_password_link(user_id=maria.pk, now=timezone.now())

    office.post(
        address("user-edit", maria),
        {"email": "maria@other.example", "first_name": "Mia", "language": "de"},
    )

    maria.refresh_from_db()
    assert (maria.email, maria.first_name, maria.email_verified_at) == (
        "maria@other.example",
        "Mia",
        None,
    )
    assert PrivateLink.objects.get().withdrawn_at is not None
    entry = AuditEntry.objects.get(kind="user_changed")
    assert (entry.before["email"], entry.after["email"]) == (
        "maria@alfreds.example",
        "maria@other.example",
    )


def test_an_address_that_somebody_else_has_is_refused_and_what_was_typed_stays(office):
    a_user("maria@alfreds.example")
    hans = a_user("hans@alfreds.example")

    response = office.post(
        address("user-edit", hans),
        {"email": "maria@alfreds.example", "first_name": "Typed", "language": "de"},
    )

    assert response.context["form"].errors == {"email": ["Somebody else has this e-mail address."]}
    assert 'value="Typed"' in response.content.decode()
    hans.refresh_from_db()
    assert (hans.email, hans.first_name) == ("hans@alfreds.example", "Maria")


def test_access_is_closed_at_once_and_opened_again(office, client):
    alfreds = a_customer("10001")
    an_admin(alfreds)
    hans = a_member(alfreds, Section.ORDERS, email="hans@alfreds.example")
    theirs = type(client)()
    theirs.force_login(hans)
    assert theirs.get("/").status_code == 200
    people.send_password_link(user_id=hans.pk, now=timezone.now())

    asked = office.get(address("user-access", hans)).content.decode()
    office.post(address("user-access", hans), {"close": "yes"})

    assert "signed out everywhere" in asked
    assert theirs.get("/").status_code == 302
    hans.refresh_from_db()
    assert not hans.is_active
    assert PrivateLink.objects.get().withdrawn_at is not None

    office.post(address("user-access", hans), {"open": "yes"})
    hans.refresh_from_db()
    assert hans.is_active
    assert kinds()[-2:] == ["access_closed", "access_opened"]


def sign_in(client, person):
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_sessions_that_were_ended_do_not_come_back_when_access_is_opened(office, client):
    alfreds = a_customer("10001")
    an_admin(alfreds)
    hans = a_member(alfreds, Section.ORDERS, email="hans@alfreds.example")
    theirs = type(client)()
    sign_in(theirs, hans)
    before = theirs.get("/").status_code

    office.post(address("user-access", hans), {"close": "yes"})
    office.post(address("user-access", hans), {"open": "yes"})

    assert (before, theirs.get("/").status_code) == (200, 302)


def test_another_address_ends_the_sessions_of_the_old_one(office, client):
    maria = an_admin(a_customer("10001"), email="maria@alfreds.example")
    theirs = type(client)()
    sign_in(theirs, maria)

    people.change(user_id=maria.pk, first_name="Mia", now=timezone.now())
    after_name = theirs.get("/").status_code
    people.change(user_id=maria.pk, email="mia@alfreds.example", now=timezone.now())

    assert (after_name, theirs.get("/").status_code) == (200, 302)


def test_the_page_says_how_somebody_signs_in(office):
    maria = a_user("maria@alfreds.example")
    sign_in(Client(), maria)
    Authenticator.objects.create(user=maria, type="totp", data={"secret": "x"})

    page = office.get(address("user-page", maria)).content.decode()

    for text in ("Authenticator app", "in 1 browser", "Remove every second step"):
        assert text in page, text


def test_a_second_step_is_required_released_and_taken_away(office):
    maria = a_user("maria@alfreds.example")
    Authenticator.objects.create(user=maria, type="totp", data={"secret": "x"})
    page = address("user-second-step", maria)

    office.post(page, {"require": "yes"})
    maria.refresh_from_db()
    required = maria.second_step_required
    office.post(page, {"release": "yes"})
    maria.refresh_from_db()
    asked = office.get(page).content.decode()
    response = office.post(page, {"reset": "yes"}, follow=True)

    assert (required, maria.second_step_required) == (True, False)
    assert "make sure who asks" in asked
    assert "Maria Anders has no second step any more." in response.content.decode()
    assert not Authenticator.objects.filter(user=maria).exists()
    assert "second_step_reset" in kinds()


def test_nobody_takes_the_own_second_step_away_here(client):
    laura = a_clerk_with(*CLERK, "change_role")
    client.force_login(laura)

    assert client.post(address("user-second-step", laura), {"reset": "yes"}).status_code == 403


def test_the_last_account_admin_is_not_closed_or_withdrawn(office):
    alfreds = a_customer("10001")
    maria = an_admin(alfreds)

    closed = office.post(address("user-access", maria), {"close": "yes"}, follow=True)
    withdrawn = office.post(address("user-rights-withdraw", maria, alfreds), follow=True)
    limited = office.post(address("user-rights", maria, alfreds), {"sections": ["orders"]})

    maria.refresh_from_db()
    assert maria.is_active
    assert Membership.objects.get().is_admin
    for response in (closed, withdrawn, limited):
        assert "would be left without an account admin" in response.content.decode()


def test_the_last_person_who_keeps_roles_is_not_closed(client):
    root = a_superuser()
    other = a_superuser()
    client.force_login(root)
    client.post(address("user-access", other), {"close": "yes"})

    refused = client.post(address("user-access", root), {"close": "yes"})

    other.refresh_from_db()
    root.refresh_from_db()
    assert (other.is_active, root.is_active) == (False, True)
    assert refused.status_code == 403


def test_a_link_is_sent_again_and_the_earlier_one_ends(office):
    maria = a_user("maria@alfreds.example")

    office.post(address("user-password-link", maria))
    response = office.post(address("user-password-link", maria), follow=True)

    assert "A link is on its way to maria@alfreds.example." in response.content.decode()
    first, second = PrivateLink.objects.order_by("pk")
    assert (first.withdrawn_at is None, second.withdrawn_at) == (False, None)
    assert second.purpose == SET_PASSWORD
    assert OutgoingMessage.objects.count() == 2


def test_no_link_is_sent_to_somebody_whose_access_is_closed(office):
    hans = a_user(is_active=False)

    response = office.post(address("user-password-link", hans), follow=True)

    assert "access is closed" in response.content.decode()
    assert not OutgoingMessage.objects.exists()


def test_rights_are_given_changed_and_withdrawn(office):
    alfreds = a_customer("10001", name="Alfreds Futterkiste")
    an_admin(alfreds)
    hans = a_user("hans@alfreds.example")

    choice = office.get(address("user-customers", hans), {"q": "alfreds"}).content.decode()
    office.post(address("user-rights", hans, alfreds), {"sections": ["orders"], "payments": []})
    given = Membership.objects.get(user=hans)
    office.post(
        address("user-rights", hans, alfreds),
        {"sections": ["invoices"], "payments": ["pay_invoices"]},
    )
    changed = Membership.objects.get(user=hans)
    asked = office.get(address("user-rights-withdraw", hans, alfreds)).content.decode()
    office.post(address("user-rights-withdraw", hans, alfreds))

    assert address("user-rights", hans, alfreds) in choice
    assert given.sections == ["orders"]
    assert changed.sections == ["invoices", "pay_invoices"]
    assert "hans@alfreds.example sees nothing of 10001 Alfreds Futterkiste any more" in asked
    assert not Membership.objects.filter(user=hans).exists()
    entries = AuditEntry.objects.filter(customer=alfreds, by_office=True)
    assert list(entries.order_by("pk").values_list("kind", flat=True)) == [
        "membership_granted",
        "membership_changed",
        "membership_withdrawn",
    ]


def test_a_right_for_the_family_is_asked_for_where_there_is_one(office):
    hans = a_user()
    alone, related = a_customer("10001"), a_customer("10002", family=a_family())

    assert "covers_family" not in office.get(address("user-rights", hans, alone)).content.decode()
    assert "covers_family" in office.get(address("user-rights", hans, related)).content.decode()


CLERK = ("view_user", "change_user", "view_membership", "change_membership")


@pytest.mark.parametrize(
    "page", ["user-edit", "user-access", "user-password-link", "user-second-step"]
)
@pytest.mark.parametrize(
    ("by", "person", "may"),
    [
        (CLERK, "member", True),
        (CLERK, "clerk", False),
        (CLERK, "superuser", False),
        ((*CLERK, "change_role"), "clerk", True),
        ((*CLERK, "change_role"), "superuser", False),
        (("view_user",), "member", False),
    ],
)
def test_nobody_changes_the_record_of_somebody_who_holds_more(client, page, by, person, may):
    client.force_login(a_clerk_with(*by))
    persons = {"member": a_user, "clerk": a_clerk, "superuser": a_superuser}
    target = persons[person](email="target@seller.example")

    response = client.post(address(page, target), {"email": "mine@evil.example", "language": "en"})

    target.refresh_from_db()
    changed = target.email != "target@seller.example" or not target.is_active
    assert (response.status_code == 302) is may
    assert changed is (may and page in {"user-edit", "user-access"})


def test_who_does_not_keep_roles_makes_nobody_staff(client):
    client.force_login(a_clerk_with(*CLERK))
    maria = a_user("maria@alfreds.example")

    form = client.get(address("user-edit", maria)).content.decode()
    client.post(
        address("user-edit", maria),
        {"email": maria.email, "language": "en", "is_staff": "on", "is_superuser": "on"},
    )
    client.post(NEW, {"email": "new@seller.example", "language": "en", "is_staff": "on"})

    assert 'name="is_staff"' not in form
    assert not User.objects.filter(
        email__in=["maria@alfreds.example", "new@seller.example"], is_staff=True
    ).exists()


def test_nobody_closes_the_own_access(client):
    laura = a_clerk_with(*CLERK, "change_role")
    client.force_login(laura)

    assert client.post(address("user-access", laura), {"close": "yes"}).status_code == 403
    assert (
        address("user-access", laura)
        not in client.get(address("user-page", laura)).content.decode()
    )


def test_two_people_do_not_get_one_address_whatever_the_letters(office):
    a_user("maria@alfreds.example")

    with pytest.raises(people.AddressTaken):
        people.create(email="MARIA@alfreds.example ", now=NOON)


def test_a_person_who_signs_in_with_the_password_still_can_after_a_change_of_name(office, client):
    maria = an_admin(a_customer("10001"), email="maria@alfreds.example")

    people.change(user_id=maria.pk, first_name="Mia", now=NOON)

    theirs = type(client)()
    response = theirs.post(
        "/accounts/login/", {"login": "maria@alfreds.example", "password": PASSWORD}
    )
    assert response.status_code == 302
    assert not Role.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_made_at_once_with_one_address_one_is():
    def make():
        people.create(email="maria@alfreds.example", now=timezone.now())

    outcomes = at_once(make, make)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AddressTaken", "NoneType"]
    assert User.objects.filter(email="maria@alfreds.example").count() == 1
    assert AuditEntry.objects.filter(kind="user_created").count() == 1


def _drawn(office, person):
    """What a browser posts of the form when nothing is changed in it."""
    form = office.get(address("user-edit", person)).context["form"]
    page = str(form)
    values = {field.name: field.value() for field in form if field.value() not in (False, None)}
    for field in form:
        assert f'name="{field.html_initial_name}"' in page
        values[field.html_initial_name] = "" if field.value() is None else str(field.value())
    return values


def test_what_others_changed_since_the_form_was_drawn_stays(office):
    maria = a_user("maria@alfreds.example", first_name="Maria", phone="1")
    drawn = _drawn(office, maria)
    User.objects.filter(pk=maria.pk).update(email="maria@new.example", phone="2")

    office.post(address("user-edit", maria), drawn | {"first_name": "Mia"})

    maria.refresh_from_db()
    assert (maria.email, maria.phone, maria.first_name) == ("maria@new.example", "2", "Mia")


def test_an_address_that_moved_since_the_form_was_drawn_is_not_replaced(office):
    maria = a_user("maria@alfreds.example")
    drawn = _drawn(office, maria)
    User.objects.filter(pk=maria.pk).update(email="maria@new.example")

    response = office.post(address("user-edit", maria), drawn | {"email": "maria@office.example"})

    maria.refresh_from_db()
    assert maria.email == "maria@new.example"
    assert "changed in the meantime" in response.context["form"].errors["email"][0]
