"""The role grid: what it opens acts at once, everything is noted, and somebody keeps it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from accounts.models import AccountSettings, AuditEntry, Role, RoleGrant, User
from accounts.services import account_settings, roles
from accounts.services.roles import NameTaken, NobodyLeft, NotOfTheOffice
from tests.builders.accounts import a_clerk, a_customer, a_role, a_superuser, an_admin

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROLES = "/office/settings/roles/"
pytestmark = pytest.mark.django_db


def noted(*kinds):
    entries = AuditEntry.objects.filter(kind__in=kinds).order_by("pk")
    return [(entry.kind, entry.subject, entry.before, entry.after) for entry in entries]


def may(user, permission):
    return User.objects.get(pk=user.pk).has_perm(permission)


def change(role_id=None, name="Planner", claim_values=(), **rights):
    return roles.change(
        role_id=role_id, name=name, claim_values=list(claim_values), rights=rights, now=NOON
    )


# The rules


def test_a_role_is_exactly_what_was_entered_last():
    role = change(claim_values=["planner"], orders="process", invoices="display")

    change(role.pk, name="Transport planner", orders="display", sync="display")

    role.refresh_from_db()
    assert (role.name, role.claim_values) == ("Transport planner", [])
    assert sorted(role.rights.values_list("section", "level")) == [
        ("orders", "display"),
        ("sync", "display"),
    ]
    assert noted("role_added", "role_changed") == [
        (
            "role_added",
            "Planner",
            None,
            {
                "name": "Planner",
                "claim_values": ["planner"],
                "rights": ["invoices: display", "orders: process"],
            },
        ),
        (
            "role_changed",
            "Transport planner",
            {
                "name": "Planner",
                "claim_values": ["planner"],
                "rights": ["invoices: display", "orders: process"],
            },
            {
                "name": "Transport planner",
                "claim_values": [],
                "rights": ["orders: display", "sync: display"],
            },
        ),
    ]


def test_a_name_is_taken_whatever_its_case():
    change(name="Planner")
    other = change(name="Cashier")

    with pytest.raises(NameTaken):
        change(name="PLANNER")
    with pytest.raises(NameTaken):
        change(other.pk, name="planner")
    change(other.pk, name="CASHIER")


@pytest.mark.parametrize("rights", [{"fax_machine": "display"}, {"orders": "everything"}])
def test_what_does_not_exist_cannot_be_opened(rights):
    with pytest.raises((LookupError, ValueError)):
        change(**rights)

    assert not Role.objects.exists()


def test_a_role_is_given_by_hand_to_active_staff_alone():
    clerk, member, gone = a_clerk(), an_admin(a_customer()), a_clerk(is_active=False)
    role = a_role("Planner", orders="display")

    for _twice in range(2):
        roles.give(role_id=role.pk, email=f" {clerk.email.upper()} ", now=NOON)
    for other in (member, gone):
        with pytest.raises(NotOfTheOffice):
            roles.give(role_id=role.pk, email=other.email, now=NOON)

    assert list(role.grants.values_list("user", "origin")) == [(clerk.pk, "office")]
    assert noted("role_given") == [
        ("role_given", clerk.email, None, {"role": "Planner", "origin": "office"})
    ]


def test_the_provider_and_the_office_take_only_what_they_gave():
    clerk = a_clerk()
    planner, cashier = a_role("Planner", orders="display"), a_role("Cashier", invoices="display")
    roles.give(role_id=planner.pk, email=clerk.email, now=NOON)
    roles.give_by_provider(user_id=clerk.pk, roles=[planner, cashier], now=NOON)

    roles.take(role_id=cashier.pk, user_id=clerk.pk, now=NOON)
    assert may(clerk, "invoices.view_invoice")
    roles.give_by_provider(user_id=clerk.pk, roles=[], now=NOON)

    assert (may(clerk, "orders.view_order"), may(clerk, "invoices.view_invoice")) == (True, False)
    roles.take(role_id=planner.pk, user_id=clerk.pk, now=NOON)
    assert not RoleGrant.objects.exists()
    assert [(before, after) for _kind, _who, before, after in noted("role_taken")] == [
        ({"role": "Planner", "origin": "provider"}, None),
        ({"role": "Cashier", "origin": "provider"}, None),
        ({"role": "Planner", "origin": "office"}, None),
    ]


def test_removing_a_role_takes_it_from_everybody_and_may_be_repeated():
    clerk = a_clerk(email="laura@seller.example")
    role = a_role("Planner", clerk, orders="process", claims=["planner"])

    for _twice in range(2):
        roles.remove(role_id=role.pk, now=NOON)

    assert not may(clerk, "orders.view_order")
    assert noted("role_removed") == [
        (
            "role_removed",
            "Planner",
            {
                "name": "Planner",
                "claim_values": ["planner"],
                "rights": ["orders: process"],
                "people": ["laura@seller.example"],
            },
            None,
        )
    ]


def test_the_providers_names_mean_roles_when_spelt_exactly():
    planner = a_role("Planner", claims=["Portal.Planner", "plan"])
    both = a_role("Both", claims=["plan", "cash"])
    a_role("By hand alone")

    assert roles.mapped(["plan"]) == [planner, both]
    assert roles.mapped(["Portal.Planner", "other"]) == [planner]
    assert roles.mapped(["portal.planner", ""]) == roles.mapped([]) == []


# Somebody keeps the roles


def take_by_hand(role, keeper):
    roles.take(role_id=role.pk, user_id=keeper.pk, now=NOON)


def take_the_level(role, _keeper):
    change(role.pk, name=role.name, roles="display")


def take_the_role(role, _keeper):
    roles.remove(role_id=role.pk, now=NOON)


WAYS = [take_by_hand, take_the_level, take_the_role]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_person_who_keeps_the_roles_keeps_them(way):
    keeper = a_clerk()
    a_clerk(), a_superuser(is_active=False)
    a_role("Looks", a_clerk(), roles="display")
    a_role("Gone", a_clerk(is_active=False), roles="process")
    role = a_role("Chief", keeper, roles="process")

    with pytest.raises(NobodyLeft):
        way(role, keeper)

    assert may(keeper, "accounts.change_role")
    assert noted("role_changed", "role_removed", "role_taken") == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("other", ["superuser", "role", "permission", "group"])
def test_anybody_else_who_keeps_them_is_enough(way, other):
    keeper, second = a_clerk(), a_clerk()
    role = a_role("Chief", keeper, roles="process")
    permission = Permission.objects.get(codename="change_role")
    match other:
        case "superuser":
            a_superuser()
        case "role":
            a_role("Second", second, roles="process")
        case "permission":
            second.user_permissions.add(permission)
        case "group":
            group = second.groups.create(name="Chiefs")
            group.permissions.add(permission)

    way(role, keeper)

    assert not may(keeper, "accounts.change_role")


def test_where_nobody_keeps_the_roles_nothing_is_refused():
    role = a_role("Planner", orders="display")

    roles.remove(role_id=role.pk, now=NOON)

    assert not Role.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_right_from_each_other_at_once_leave_one():
    first, second = a_clerk(), a_clerk()
    one, two = a_role("One", first, roles="process"), a_role("Two", second, roles="process")
    start = Barrier(2)

    def take(role, keeper):
        try:
            start.wait(10)
            roles.take(role_id=role.pk, user_id=keeper.pk, now=NOON)
        except NobodyLeft:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(take, [one, two], [first, second]))

    assert sorted(done) == ["refused", "taken"]
    assert [may(first, "accounts.change_role"), may(second, "accounts.change_role")].count(
        True
    ) == 1


# Closed sections


def test_a_closed_section_is_closed_to_everybody_but_superusers():
    clerk, by_hand, chief = a_clerk(), a_clerk(), a_superuser()
    a_role("Planner", clerk, orders="process", invoices="display")
    by_hand.user_permissions.add(Permission.objects.get(codename="view_order"))

    account_settings.keep(closed_sections=["orders", "no_more"], now=NOON)

    people = [clerk, by_hand, chief]
    assert [may(person, "orders.view_order") for person in people] == [False, False, True]
    assert [may(person, "orders.change_order") for person in people] == [False, False, True]
    assert may(clerk, "invoices.view_invoice")


def test_the_roles_themselves_stay_open():
    with pytest.raises(ValidationError):
        account_settings.keep(closed_sections=["roles"], now=NOON)
    with pytest.raises(IntegrityError):
        AccountSettings.objects.update_or_create(pk=1, defaults={"closed_sections": ["roles"]})


# The pages


@pytest.fixture
def chief(client):
    client.force_login(a_superuser(email="laura@seller.example"))
    return client


def entered(name="Planner", claim_values="", **levels):
    return {"name": name, "claim_values": claim_values} | {
        f"level_{section}": level for section, level in levels.items()
    }


def test_the_office_makes_changes_and_removes_a_role(chief):
    clerk = a_clerk(email="sam@seller.example", first_name="Sam", last_name="Otter")

    added = chief.post(f"{ROLES}new/", entered("Planner", "plan\nplan\n ops ", orders="process"))
    role = Role.objects.get()
    assert added["Location"] == f"{ROLES}{role.pk}/"
    assert role.claim_values == ["plan", "ops"]

    given = chief.post(f"{ROLES}{role.pk}/people/", {"email": "Sam@Seller.example"}, follow=True)
    assert "Sam Otter has the role now." in given.text
    assert may(clerk, "orders.change_order")

    changed = chief.post(f"{ROLES}{role.pk}/", entered("Planner", orders="display"), follow=True)
    assert "It acts at once." in changed.text
    assert not may(clerk, "orders.change_order")

    taken = chief.post(f"{ROLES}{role.pk}/people/", {"take": str(clerk.pk)}, follow=True)
    assert "taken away" in taken.text
    assert not may(clerk, "orders.view_order")

    assert "0 people have this role" in chief.get(f"{ROLES}{role.pk}/remove/").text
    removed = chief.post(f"{ROLES}{role.pk}/remove/", follow=True)
    assert "The role Planner is removed." in removed.text
    assert not Role.objects.exists()
    assert {entry.actor.email for entry in AuditEntry.objects.all()} == {"laura@seller.example"}


@pytest.mark.parametrize("key", ["", "nonsense", "-1", "9" * 5000])
def test_a_key_that_is_none_takes_the_role_from_nobody(chief, key):
    clerk = a_clerk()
    role = a_role("Planner", clerk, orders="display")

    answer = chief.post(f"{ROLES}{role.pk}/people/", {"take": key})

    assert answer["Location"] == f"{ROLES}{role.pk}/"
    assert may(clerk, "orders.view_order")


def test_the_list_tells_what_each_role_opens_and_what_is_closed(chief, django_assert_num_queries):
    a_role("Planner", a_clerk(), a_clerk(), orders="process", sync="display", claims=["plan"])
    a_role("Apprentice")
    account_settings.keep(closed_sections=["sync"], now=NOON)

    text = chief.get(ROLES).text

    assert text.index("Apprentice") < text.index("Planner")
    for told in ("Orders and deliveries", "Sync with the ERP", "plan", "Closed to everybody"):
        assert told in text
    for _each in range(5):
        a_role(None, a_clerk(), orders="display")
    # Session, person, roles, their rights, settings, the bar.
    with django_assert_num_queries(6):
        chief.get(ROLES)


def test_before_there_is_a_role_the_list_says_so(chief):
    assert "No roles yet" in chief.get(ROLES).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (entered(""), "name"),
        (entered("x" * 81), "name"),
        (entered("   "), "name"),
        (entered("TAKEN"), "name"),
        (entered("Planner\x00"), "name"),
        (entered(claim_values="x" * 201), "claim_values"),
        (entered(claim_values="\n".join(map(str, range(501)))), "claim_values"),
        (entered(orders="everything"), "level_orders"),
        (entered(audit="process"), "level_audit"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(chief, wrong, field):
    a_role("Taken")

    response = chief.post(f"{ROLES}new/", wrong)

    assert response.status_code == 200
    assert "Error:" in response.text
    assert list(response.context["role_form"].errors) == [field]
    assert Role.objects.count() == 1


def test_a_person_who_is_not_of_the_office_is_refused_with_words(chief):
    role = a_role("Planner")
    member = an_admin(a_customer())

    for email in (member.email, "nobody@seller.example", "no address", ""):
        response = chief.post(f"{ROLES}{role.pk}/people/", {"email": email})

        assert response.status_code == 200
        assert "Error:" in response.text
        assert list(response.context["person_form"].errors) == ["email"]
    assert not RoleGrant.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "٣", "999999", "-1"])
def test_taking_from_nobody_changes_nothing(chief, key):
    role = a_role("Planner", a_clerk())

    assert chief.post(f"{ROLES}{role.pk}/people/", {"take": key}).status_code == 302
    assert RoleGrant.objects.count() == 1


def test_the_last_keeper_is_told_why_nothing_happened(client):
    keeper = a_clerk()
    role = a_role("Chief", keeper, roles="process")
    client.force_login(keeper)

    changed = client.post(f"{ROLES}{role.pk}/", entered("Chief", roles="display"))
    taken = client.post(f"{ROLES}{role.pk}/people/", {"take": str(keeper.pk)}, follow=True)
    removed = client.post(f"{ROLES}{role.pk}/remove/", follow=True)

    for response in (changed, taken, removed):
        assert "Nobody would be left" in response.text
    assert "Error:" in changed.text
    assert may(keeper, "accounts.change_role")


def test_whoever_may_only_look_reads_the_grid_and_changes_nothing(client):
    reader = a_clerk()
    role = a_role("Reader", reader, roles="display", orders="process", claims=["read"])
    client.force_login(reader)

    page = client.get(f"{ROLES}{role.pk}/").text
    assert "Process" in page
    assert 'type="radio"' not in page
    assert "New role" not in client.get(ROLES).text
    for path in ("", "people/", "remove/"):
        assert client.post(f"{ROLES}{role.pk}/{path}", entered("X")).status_code == 403
    assert client.get(f"{ROLES}new/").status_code == 403
    assert client.post(f"{ROLES}sections/", {}).status_code == 403


def test_sections_are_closed_and_opened_again(chief):
    clerk = a_clerk()
    a_role("Planner", clerk, orders="process")
    everything = chief.get(f"{ROLES}sections/").context["form"].initial["open_sections"]

    chief.post(f"{ROLES}sections/", {"open_sections": set(everything) - {"orders"}})
    assert account_settings.current().closed_sections == ["orders"]
    assert not may(clerk, "orders.view_order")

    chief.post(f"{ROLES}sections/", {"open_sections": everything})
    assert account_settings.current().closed_sections == []
    assert chief.post(f"{ROLES}sections/", {"open_sections": ["roles"]}).status_code == 200
