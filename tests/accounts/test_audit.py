"""An entry says who, from where and what differs; nobody changes it afterwards."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import RequestFactory

from accounts import audit_kinds, origin
from accounts.models import AuditEntry
from accounts.services import audit
from tests.builders.accounts import a_clerk, a_customer, a_user

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def a_request(user=None, **headers):
    request = RequestFactory().get("/", **headers)
    request.user = user or AnonymousUser()
    return request


def note(**fields):
    audit.record(**{"kind": "settings_changed", "subject": "Settings", "now": NOON} | fields)
    return AuditEntry.objects.get()


def test_an_entry_of_the_web_names_the_person_and_the_address():
    customer = a_customer()
    maria = a_user("maria@customer.example", first_name="Maria", last_name="Anders")

    with origin.coming_from(origin.Origin(origin.Channel.WEB, a_request(maria))):
        entry = note(customer_id=customer.pk, before={"a": 1}, after={"a": 2})

    assert (entry.at, entry.channel, entry.actor, entry.actor_name) == (
        NOON,
        "web",
        maria,
        "Maria Anders (maria@customer.example)",
    )
    assert (entry.by_office, entry.as_customer, entry.customer, entry.address) == (
        False,
        None,
        customer,
        "127.0.0.1",
    )
    assert (entry.before, entry.after) == ({"a": 1}, {"a": 2})


def test_an_entry_says_whether_staff_did_it_and_in_whose_name():
    customer = a_customer()
    laura = a_clerk(first_name="", last_name="", email="laura@seller.example")

    with origin.coming_from(origin.Origin(origin.Channel.WEB, a_request(laura))):
        origin.act_as(customer.pk)
        entry = note()

    assert (entry.by_office, entry.as_customer, entry.actor_name) == (
        True,
        customer,
        "laura@seller.example",
    )


def test_a_stranger_has_an_address_and_no_name():
    with origin.coming_from(origin.Origin(origin.Channel.WEB, a_request())):
        entry = note()

    assert (entry.actor, entry.actor_name, entry.address) == (None, "", "127.0.0.1")


def test_worker_and_commands_have_neither_person_nor_address():
    note()
    origin.begin(origin.Channel.WORKER)
    audit.record(kind="settings_changed", subject="Settings", now=NOON)
    origin.begin(origin.Channel.COMMAND)

    assert list(
        AuditEntry.objects.order_by("pk").values_list("channel", "actor", "actor_name", "address")
    ) == [("command", None, "", None), ("worker", None, "", None)]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "nonsense", None),
    ],
)
def test_forwarded_addresses_are_believed_of_trusted_proxies_only(
    settings, proxies, forwarded, address
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert origin.address_of(a_request(HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_an_origin_ends_with_its_request():
    outside = origin.current()

    with origin.coming_from(origin.Origin(origin.Channel.WEB, a_request())):
        origin.act_as(1)
        inside = origin.current()

    assert (inside.channel, inside.as_customer_id) == ("web", 1)
    assert origin.current() == outside


def test_what_stays_the_same_is_left_out():
    entry = note(
        before={"name": "Old", "city": "Espoo", "gone": 1},
        after={"name": "New", "city": "Espoo", "born": 2},
    )

    assert entry.before == {"name": "Old", "gone": 1}
    assert entry.after == {"name": "New", "born": 2}


def test_a_change_that_changes_nothing_leaves_no_entry():
    audit.record(
        kind="settings_changed", subject="Settings", before={"a": [1]}, after={"a": [1]}, now=NOON
    )

    assert not AuditEntry.objects.exists()


def test_a_kind_that_nobody_declared_is_refused():
    with pytest.raises(audit_kinds.UnknownKind):
        audit.record(kind="coffee_made", subject="Kitchen", now=NOON)


def test_a_long_subject_is_cut():
    assert note(subject="x" * 400).subject == "x" * 299 + "…"


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        audit.record(kind="settings_changed", subject="Settings", now=NOON)


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEntry.objects.update(subject="Other"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.get().save(),
    ],
    ids=["update", "delete", "save"],
)
def test_the_database_refuses_to_change_or_delete_entries(change):
    entry = note()

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        change()

    assert AuditEntry.objects.get() == entry


def test_the_database_refuses_to_empty_the_table():
    with connection.cursor() as cursor:
        # Tests empty all tables in between; see tests/conftest.py.
        cursor.execute(
            "ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_entry_is_not_truncated"
        )
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            cursor.execute("TRUNCATE accounts_auditentry")


def test_a_person_with_entries_is_not_deleted():
    maria = a_user()
    with origin.coming_from(origin.Origin(origin.Channel.WEB, a_request(maria))):
        note()

    with pytest.raises(DatabaseError):
        maria.delete()


def test_every_declared_kind_has_a_label_and_a_code_that_fits():
    longest = AuditEntry._meta.get_field("kind").max_length

    for kind in audit_kinds.known():
        assert str(kind.label)
        assert 0 < len(kind.code) <= longest
