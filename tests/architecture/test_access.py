"""The table of addresses.py holds: nothing is missing in it, and everybody gets what it says."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from tests.architecture.addresses import (
    ACTORS,
    ADDRESSES,
    ADMIN,
    ASKED,
    HIDDEN,
    LOGIN,
    OFFICE_HOME,
    OK,
    REFUSED,
    Address,
)

# Django's own pages, which one rule covers; their login, logout and translations are its own too.
ADMIN_PREFIX = "admin/"


def routes(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def all_routes():
    return set(routes(get_resolver().url_patterns))


def answer(address, user, *, reading="get", client=None):
    client = client or Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    if address.post is None:
        response = getattr(client, reading)(address.example)
    else:
        response = client.post(address.example, address.post)
    return (
        urlsplit(response["Location"]).path
        if response.has_header("Location")
        else (response.status_code)
    )


def test_every_address_is_in_the_table():
    portal = {route for route in all_routes() if not route.startswith(ADMIN_PREFIX)}

    assert {address.route for address in ADDRESSES} == portal


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_an_example_is_one_of_its_route(address):
    path = urlsplit(address.example).path

    assert resolve(path).route == address.route


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_everybody_gets_what_the_table_says(built, address):
    given = {actor: answer(address, built.people[actor]) for actor in ACTORS}

    assert given == address.answers


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["anonymous", "member", "superuser"])
def test_what_answers_get_answers_head_alike(built, actor):
    pages = [address for address in ADDRESSES if address.post is None]

    given = {str(page): answer(page, built.people[actor], reading="head") for page in pages}

    assert given == {str(page): page.answers[actor] for page in pages}


def test_the_table_hides_each_object_from_other_customers():
    """Left out: private links and forms are for anybody, one's own sign-in is one's own."""
    for_anybody = ("p/<str:token>/", "order-form/<slug:code>/", "accounts/register/<str:token>/")
    own = ("accounts/2fa/", "accounts/sessions/")
    rows = [
        row
        for row in ADDRESSES
        if "<" in row.route and not row.route.startswith((*for_anybody, *own))
    ]

    shown = {str(row) for row in rows if row.answers["stranger"] not in (HIDDEN, ASKED)}
    asked = {row.post is None for row in rows if row.answers["stranger"] == ASKED}
    assert (shown, asked) == (set(), {False})


def test_the_table_hides_the_office_from_members():
    rows = [address for address in ADDRESSES if address.route.startswith("office/")]

    assert rows
    for row in rows:
        members = {row.answers[actor] for actor in ("member", "colleague", "stranger")}
        assert (str(row), row.answers["anonymous"], members) == (str(row), LOGIN, {HIDDEN})


def test_the_table_gives_staff_nothing_of_a_customers_section():
    rows = [
        address
        for address in ADDRESSES
        if address.answers["colleague"] == REFUSED and address.answers["anonymous"] == LOGIN
    ]

    for row in rows:
        staff = {row.answers[actor] for actor in ("office", "newcomer", "superuser")}
        assert (str(row), staff - {HIDDEN, OFFICE_HOME}) == (str(row), set())


@pytest.mark.django_db
def test_the_admin_is_for_superusers(built):
    lists = [
        route
        for route in all_routes()
        if route.startswith(ADMIN_PREFIX)
        and "<" not in route
        and "(?P" not in route
        and route not in {"admin/login/", "admin/logout/", "admin/jsi18n/", "admin/autocomplete/"}
    ]

    given = {
        route: {actor: answer(Address(route, {}), built.people[actor]) for actor in ACTORS}
        for route in lists
    }
    superuser = {answers.pop("superuser") for answers in given.values()}

    assert "admin/accounts/user/" in lists
    assert given == {route: {actor: ADMIN[actor] for actor in ACTORS[:-1]} for route in lists}
    # What cannot be added by hand is refused.
    assert superuser == {OK, REFUSED}
