import logging

import pytest
from django.http import HttpResponse
from django.urls import path, resolve

from portal.lib.logs import HideSecretPaths
from portal.middleware import access_log

urlpatterns = [
    path("orders/<str:number>/", lambda request, number: HttpResponse(), name="order"),
    path("p/<str:token>/", lambda request, token: HttpResponse(), name="private"),
]


@pytest.fixture
def logged(caplog, rf):
    """Ask for an address and get the line of the access log, without its duration."""

    def ask(address, *, found=True):
        request = rf.get(address)

        def respond(request):
            request.resolver_match = resolve(request.path, __name__) if found else None
            return HttpResponse(status=200 if found else 404)

        with caplog.at_level(logging.INFO, "portal.access"):
            access_log(respond)(request)
        (record,) = caplog.records
        assert record.ms >= 0
        return {name: getattr(record, name) for name in ("method", "route", "path", "status")}

    return ask


def test_a_request_is_logged_with_its_route_and_path_but_not_what_was_searched(logged):
    assert logged("/orders/10248/?q=secret") == {
        "method": "GET",
        "route": "orders/<str:number>/",
        "path": "/orders/10248/",
        "status": 200,
    }


def test_a_private_link_is_logged_as_its_route(logged):
    assert logged("/p/opens-an-offer/") == {
        "method": "GET",
        "route": "p/<str:token>/",
        "path": None,
        "status": 200,
    }


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/p/opens-an-offer", "/p/…"),
        ("/p/opens/an/offer/", "/p/…"),
        ("/favicon.ico", "/favicon.ico"),
    ],
)
def test_an_address_that_fits_no_route_may_be_a_mistyped_private_link(logged, address, path):
    assert logged(address, found=False) == {
        "method": "GET",
        "route": None,
        "path": path,
        "status": 404,
    }


def test_djangos_own_record_of_a_failed_request_hides_a_private_link(rf):
    request = rf.get("/p/opens-an-offer/")
    request.resolver_match = resolve(request.path, __name__)
    record = logging.makeLogRecord(
        {"msg": "%s: %s", "args": ("Internal Server Error", request.path), "request": request}
    )

    HideSecretPaths().filter(record)

    assert record.getMessage() == "Internal Server Error: a private address"


def test_every_record_passes_the_filter_of_private_links(settings):
    assert [handler["filters"] for handler in settings.LOGGING["handlers"].values()] == [["paths"]]
