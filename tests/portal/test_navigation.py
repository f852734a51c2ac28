"""Menus show what a person may open, and mark the page that is open."""

import pytest
from django.contrib.auth.models import Permission
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Customer, User
from accounts.sections import Section
from accounts.services.selecting import Active
from portal import navigation
from portal.context_processors import page
from tests.builders.accounts import a_clerk

pytestmark = pytest.mark.django_db


def a_request(path, user):
    request = RequestFactory().get(path)
    request.user = user
    return request


def an_active(*sections):
    return Active(
        customer=Customer(number="10001"),
        sections=frozenset(sections),
        is_admin=False,
        manages_family=False,
        can_switch=False,
    )


def labels(menu):
    return [str(link.label) for group in menu.groups for link in group.entries]


def test_a_member_sees_the_entries_of_the_sections_held():
    request = a_request("/", User(email="maria@example.com"))

    with_orders = navigation.customer_menu(request, an_active(Section.ORDERS))
    without = navigation.customer_menu(request, an_active())
    nowhere = navigation.customer_menu(request, None)

    assert labels(with_orders) == ["Home", "Orders"]
    assert labels(without) == labels(nowhere) == ["Home"]
    assert with_orders.search.href == reverse("customer:order-list")
    assert without.search is None


def test_staff_see_the_entries_of_their_permissions():
    laura = a_clerk()
    before = labels(navigation.office_menu(a_request("/office/", laura)))
    laura.user_permissions.add(Permission.objects.get(codename="view_order"))
    laura = User.objects.get(pk=laura.pk)

    after = labels(navigation.office_menu(a_request("/office/", laura)))

    assert "Orders" not in before
    assert [label for label in after if label not in before] == ["Orders"]


def test_a_group_without_entries_is_not_drawn():
    laura = a_clerk()

    menu = navigation.office_menu(a_request("/office/", laura))

    assert [str(group.label) for group in menu.groups] == ["", "System"]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", ["Home"]),
        ("/orders/", ["Orders"]),
        ("/orders/10952/", ["Orders"]),
        ("/orders/new/", ["New order"]),
        ("/orders/new/templates/", ["New order"]),
        ("/profile/", []),
    ],
)
def test_the_open_page_is_marked_and_home_only_at_home(path, current):
    active = an_active(Section.ORDERS, Section.PLACE_ORDERS)
    menu = navigation.customer_menu(a_request(path, User()), active)

    assert [str(link.label) for link in menu.groups[0].entries if link.is_current] == current


def test_appearance_and_keys_of_a_person_stand_on_the_page():
    shell = Template('{% extends "base.html" %}')
    person = User(email="maria@example.com", theme="dark", shortcuts=False)

    chosen = shell.render(Context(page(a_request("/", person))))
    unchosen = shell.render(Context(page(a_request("/", User(theme="system", shortcuts=True)))))

    assert '<html lang="en" data-theme="dark" data-shortcuts="off">' in chosen
    assert '<html lang="en">' in unchosen
