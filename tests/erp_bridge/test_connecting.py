import pytest
from django.urls import reverse

from erp_bridge import connecting
from erp_bridge.models import Connection, Cursor
from erp_bridge.ports import Feed
from portal.lib.secrets import open_sealed
from tests.builders.accounts import a_superuser
from tests.builders.erp_bridge import NOON

ENTERED = {
    "code": "main",
    "name": "Main ERP",
    "kind": "soap",
    "url": "https://erp.example/soap",
    "username": "portal",
    "password": " s3cret ",
    "is_active": "on",
    "page_size": "200",
    "timeout_seconds": "20",
    "overlap_seconds": "300",
}


@pytest.fixture
def superuser(client, db):
    client.force_login(a_superuser())
    return client


def add(client, **changes):
    return client.post(reverse("admin:erp_bridge_connection_add"), ENTERED | changes)


def change(client, erp, **changes):
    address = reverse("admin:erp_bridge_connection_change", args=[erp.pk])
    return client.post(address, ENTERED | {"password": ""} | changes)


def errors(response):
    return dict(response.context["adminform"].form.errors)


def test_a_superuser_connects_an_erp_and_every_feed_gets_a_schedule(superuser):
    assert add(superuser).status_code == 302

    erp = Connection.objects.get()
    assert (erp.code, erp.url, erp.page_size) == ("main", "https://erp.example/soap", 200)
    assert open_sealed(erp.sealed_secret) == " s3cret "
    schedules = Cursor.objects.filter(connection=erp)
    assert set(schedules.values_list("feed", "interval_seconds")) == {
        (feed.value, connecting.FIRST_INTERVAL_SECONDS) for feed in Feed
    }


def test_an_erp_inside_the_house_may_have_a_short_name(superuser):
    assert add(superuser, url="http://erp:8080/soap").status_code == 302

    assert Connection.objects.get().url == "http://erp:8080/soap"


def test_the_password_is_never_shown_again(superuser):
    add(superuser)
    erp = Connection.objects.get()

    page = superuser.get(reverse("admin:erp_bridge_connection_change", args=[erp.pk]))

    assert "s3cret" not in page.content.decode()
    assert erp.sealed_secret not in page.content.decode()


def test_an_empty_password_keeps_the_one_that_is_there_and_a_mark_takes_it_away(superuser):
    add(superuser)
    erp = Connection.objects.get()

    change(superuser, erp, name="Renamed")
    erp.refresh_from_db()
    assert (erp.name, open_sealed(erp.sealed_secret)) == ("Renamed", " s3cret ")

    change(superuser, erp, drop_password="on")
    erp.refresh_from_db()
    assert erp.sealed_secret == ""


def test_the_code_of_a_connection_never_changes(superuser):
    add(superuser)
    erp = Connection.objects.get()

    change(superuser, erp, code="other")

    erp.refresh_from_db()
    assert erp.code == "main"


def test_saving_a_connection_leaves_the_workers_lease_and_other_schedules_alone(superuser):
    add(superuser)
    erp = Connection.objects.get()
    Cursor.objects.filter(connection=erp, feed=Feed.ORDERS).update(interval_seconds=15)
    stale = Connection.objects.get()
    Connection.objects.update(leased_until=NOON)

    connecting.keep(connection=stale)

    erp.refresh_from_db()
    assert erp.leased_until == NOON
    assert erp.cursors.get(feed=Feed.ORDERS).interval_seconds == 15
    assert erp.cursors.count() == len(Feed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://erp.example/"),
        ("url", "https://user:password@erp.example/"),
        ("url", "https://erp.example/#top"),
        ("page_size", "0"),
        ("page_size", "5001"),
        ("timeout_seconds", "301"),
        ("code", "with space"),
    ],
)
def test_what_cannot_work_is_refused_at_its_field(superuser, field, value):
    response = add(superuser, **{field: value})

    assert list(errors(response)) == [field]
    assert not Connection.objects.exists()


def test_a_connection_cannot_be_deleted(superuser):
    add(superuser)
    erp = Connection.objects.get()

    address = reverse("admin:erp_bridge_connection_delete", args=[erp.pk])

    assert superuser.post(address, {"post": "yes"}).status_code == 403
    assert Connection.objects.exists()
