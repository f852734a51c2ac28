"""What staff may do is role AND user record, and acts at once."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.urls import get_resolver

from accounts import office_sections
from accounts.models import Role, RoleGrant, User
from accounts.office_sections import Level
from portal.navigation import OFFICE, OFFICE_SEARCH, SETTINGS
from tests.builders.accounts import a_clerk, a_customer, a_role, a_superuser, a_user, an_admin

pytestmark = pytest.mark.django_db


def again(user):
    """The person as the next request finds it."""
    return User.objects.get(pk=user.pk)


def may(user, *permissions):
    return [again(user).has_perm(permission) for permission in permissions]


VIEW, CHANGE = "orders.view_order", "orders.change_order"


def test_display_looks_and_process_acts_too():
    looking, acting, other = a_clerk(), a_clerk(), a_clerk()
    a_role("Reader", looking, orders="display")
    a_role("Planner", acting, orders="process")
    a_role("Cashier", other, invoices="process")

    assert may(looking, VIEW, CHANGE) == [True, False]
    assert may(acting, VIEW, CHANGE) == [True, True]
    assert may(other, VIEW, CHANGE) == [False, False]


def test_of_several_roles_the_one_that_reaches_furthest_counts():
    clerk = a_clerk()
    a_role("Reader", clerk, orders="display")
    a_role("Planner", clerk, orders="process")

    assert may(clerk, VIEW, CHANGE) == [True, True]


def test_a_role_is_worth_nothing_without_an_active_record_of_staff():
    customer = a_customer()
    member, closed = an_admin(customer), a_clerk(is_active=False)
    for person in (member, closed):
        a_role(None, person, orders="process")
        person.user_permissions.add(Permission.objects.get(codename="view_order"))

    assert may(member, VIEW) == may(closed, VIEW) == [False]


def test_permissions_given_in_the_admin_count_beside_the_roles():
    clerk = a_clerk()
    a_role("Cashier", clerk, invoices="display")
    clerk.user_permissions.add(Permission.objects.get(codename="view_order"))
    group = Group.objects.create(name="Readers of the sync")
    group.permissions.add(Permission.objects.get(codename="view_syncrun"))
    clerk.groups.add(group)

    assert may(clerk, VIEW, "invoices.view_invoice", "erp_bridge.view_syncrun") == [True] * 3
    assert may(clerk, CHANGE) == [False]


def test_superusers_hold_everything_unless_their_access_is_closed():
    assert may(a_superuser(), VIEW, CHANGE, "accounts.change_role") == [True] * 3
    assert may(a_superuser(is_active=False), VIEW) == [False]


def test_a_right_taken_away_is_gone_at_the_next_request(client):
    clerk = a_clerk()
    role = a_role("Reader", clerk, orders="display")
    client.force_login(clerk)
    assert client.get("/office/orders/").status_code == 200

    role.rights.all().delete()

    assert client.get("/office/orders/").status_code == 403


def test_a_role_taken_away_is_gone_at_the_next_request(client):
    clerk = a_clerk()
    a_role("Reader", clerk, orders="display")
    client.force_login(clerk)
    assert client.get("/office/orders/").status_code == 200

    RoleGrant.objects.all().delete()

    assert client.get("/office/orders/").status_code == 403


def test_rights_cost_one_query_a_request(django_assert_num_queries):
    clerk = a_clerk()
    for _each in range(3):
        a_role(None, clerk, orders="display", invoices="process")
    person = again(clerk)

    with django_assert_num_queries(1):
        assert person.has_perm(VIEW)
        assert person.has_perm("invoices.change_invoice")
        assert not person.has_perm(CHANGE)
        assert not person.has_perm(VIEW, obj=a_role)


def test_a_right_in_a_section_that_is_no_more_opens_nothing():
    clerk = a_clerk()
    a_role(None, clerk, fax_machine="process", orders="display")

    assert may(clerk, VIEW, CHANGE) == [True, False]


def test_strangers_hold_nothing(client):
    assert client.get("/office/orders/").status_code == 302
    assert may(a_user(), VIEW) == [False]


def test_every_permission_of_the_grid_exists():
    there = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }

    for section in office_sections.known():
        assert (section.code, set(section.permissions("process")) - there) == (section.code, set())


def test_every_page_of_the_office_is_opened_by_some_section():
    asked = {OFFICE_SEARCH.permission}
    for entry in [*SETTINGS, *(entry for _label, entries in OFFICE for entry in entries)]:
        asked |= set(
            entry.permission if isinstance(entry.permission, tuple) else [entry.permission]
        )
    asked |= {
        getattr(view.callback, "office_permission", None)
        for view in _views(get_resolver().url_patterns)
    }
    opened = {
        permission
        for section in office_sections.known()
        for permission in section.permissions(Level.PROCESS)
    }

    assert "orders.view_order" in asked
    assert asked - opened - {None} == set()


def _views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern


def test_a_permission_belongs_to_one_section_and_one_level():
    """Closing a section, or looking into one, changes nothing in another."""
    every = [name for section in office_sections.known() for name in section.permissions("process")]

    assert sorted(every) == sorted(set(every))


def test_an_unknown_section_is_an_error_of_the_program():
    with pytest.raises(office_sections.UnknownSection):
        office_sections.of_code("fax_machine")


def test_declaring_again_changes_nothing_and_the_lowest_app_comes_first():
    before = office_sections.known()

    office_sections.register([office_sections.of_code("orders")])
    office_sections.register(office_sections.SECTIONS)

    assert set(office_sections.known()) == set(before)
    codes = [section.code for section in before]
    assert [code for code in codes if code in {"roles", "orders", "invoices", "sync"}] == [
        "roles",
        "orders",
        "invoices",
        "sync",
    ]


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"name": "READER"}], ids=["no name", "a name in another case"]
)
def test_the_database_refuses_roles_without_a_name_of_their_own(values):
    a_role("Reader")

    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(**values)


def test_the_database_refuses_levels_and_origins_that_do_not_exist():
    role = a_role("Reader", orders="display")

    for section, level in [("orders", "process"), ("invoices", "everything")]:
        with pytest.raises(IntegrityError), transaction.atomic():
            role.rights.create(section=section, level=level)
    clerk = a_clerk()
    with pytest.raises(IntegrityError), transaction.atomic():
        role.grants.create(user=clerk, origin="nobody", created_at=clerk.joined_at)
