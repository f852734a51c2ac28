"""Who gets which papers besides the customer's own people."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, DocumentRecipient
from accounts.services import document_recipients
from tests.builders.accounts import a_customer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return a_customer("10001")


def add(customer, *kinds, email="books@customer.example", language="de"):
    return document_recipients.add(
        customer_id=customer.pk, kinds=kinds, email=email, language=language, now=NOON
    )


def those_of(customer):
    return [
        (recipient.kind, recipient.email, recipient.language)
        for recipient in document_recipients.of(customer_id=customer.pk)
    ]


def test_an_address_gets_the_kinds_it_was_added_for(customer):
    add(customer, "invoice", "credit_memo")
    add(customer, "invoice", email="a@customer.example", language="fi")
    add(a_customer("10002"), "invoice", email="b@other.example")

    assert those_of(customer) == [
        ("credit_memo", "books@customer.example", "de"),
        ("invoice", "a@customer.example", "fi"),
        ("invoice", "books@customer.example", "de"),
    ]


def test_what_it_gets_already_stays_and_all_of_it_again_is_refused(customer):
    add(customer, "invoice")
    add(customer, "invoice", "statement", language="fi")

    with pytest.raises(document_recipients.AlreadyThere):
        add(customer, "invoice", "statement")

    assert those_of(customer) == [
        ("invoice", "books@customer.example", "de"),
        ("statement", "books@customer.example", "fi"),
    ]


@pytest.mark.parametrize(
    ("kind", "email", "language"),
    [
        ("napkin", "a@b.example", "de"),
        ("invoice", "nobody", "de"),
        ("invoice", "a@b.example", "xx"),
    ],
)
def test_nonsense_is_refused(customer, kind, email, language):
    with pytest.raises(ValidationError):
        add(customer, kind, email=email, language=language)

    assert those_of(customer) == []


def test_a_customer_has_a_hundred_recipients_at_most(customer):
    for number in range(50):
        add(customer, "invoice", "statement", email=f"{number}@customer.example")

    with pytest.raises(document_recipients.TooMany):
        add(customer, "invoice")


def test_a_recipient_is_removed_once_and_only_by_its_own_customer(customer):
    [recipient] = add(customer, "invoice")
    other = a_customer("10002")

    elsewhere = document_recipients.remove(
        customer_id=other.pk, recipient_id=recipient.pk, now=NOON
    )
    first = document_recipients.remove(customer_id=customer.pk, recipient_id=recipient.pk, now=NOON)
    again = document_recipients.remove(customer_id=customer.pk, recipient_id=recipient.pk, now=NOON)

    assert (elsewhere, again) == (None, None)
    assert first.email == "books@customer.example"
    assert those_of(customer) == []
    assert list(
        AuditEntry.objects.order_by("pk").values_list("kind", "subject", "customer", "after")
    ) == [
        (
            "recipient_added",
            "books@customer.example",
            customer.pk,
            {"kind": "invoice", "language": "de"},
        ),
        ("recipient_removed", "books@customer.example", customer.pk, None),
    ]


def test_the_database_keeps_each_address_once_a_kind_and_in_lower_case(customer):
    add(customer, "invoice")

    for email in ("books@customer.example", "A@customer.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            DocumentRecipient.objects.create(customer=customer, kind="invoice", email=email)
