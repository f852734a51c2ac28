"""What went wrong is said in plain words, in the look, with a way on."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from portal.views import errors
from tests.builders.accounts import a_clerk, a_user

pytestmark = pytest.mark.django_db


def test_a_page_that_does_not_exist_may_belong_to_somebody_else(client):
    response = client.get("/no-such-thing/at/all/")

    assert response.status_code == 404
    assert "We cannot find that page" in response.text
    assert "It may belong to another customer" in response.text
    assert '<a class="btn" href="/">Home</a>' in response.text


def test_a_form_without_its_token_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.com"})

    assert response.status_code == 403
    assert "We could not accept this form" in response.text
    assert "csrf" not in response.text.lower().replace("csrfmiddlewaretoken", "")


@pytest.fixture
def request_of_a_stranger():
    request = RequestFactory().get("/office/")
    request.user = AnonymousUser()
    return request


def test_a_refusal_says_whom_to_ask(request_of_a_stranger):
    response = errors.forbidden(request_of_a_stranger, PermissionDenied("Ask Maria Anders."))

    assert response.status_code == 403
    assert "Ask Maria Anders." in response.text


def test_a_refusal_without_a_reason_names_the_person_in_general(request_of_a_stranger):
    response = errors.forbidden(request_of_a_stranger, PermissionDenied())

    assert "The person who manages the rights of your company" in response.text


def test_a_request_that_failed_before_its_user_was_known_has_its_page_too():
    response = errors.bad_request(RequestFactory().get("/"), SuspiciousOperation("host"))

    assert response.status_code == 400
    assert "We could not understand this request" in response.text


def test_the_page_of_a_failure_needs_neither_database_nor_user(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = errors.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


def test_the_style_guide_is_for_staff(client):
    client.force_login(a_user())
    assert client.get("/office/style-guide/").status_code == 404

    client.force_login(a_clerk())
    assert client.get("/office/style-guide/no-such-layout/").status_code == 404
