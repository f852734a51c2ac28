"""The word that opens a customer's secure mail."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, identify_hasher, make_password

from accounts.models import AuditEntry, MailPassword
from accounts.services import mail_passwords
from tests.builders.accounts import a_customer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORD = "Correct horse 1"
pytestmark = pytest.mark.django_db


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"
    count = 0

    def encode(self, password, salt):
        CountingHasher.count += 1
        return super().encode(password, salt)


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste")


def keep(customer, password=WORD):
    mail_passwords.keep(customer_id=customer.pk, password=password, now=NOON)


def kinds():
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("typed", "opens"),
    [
        (WORD, True),
        (f"  {WORD} ", True),
        ("Correct horse 1".replace("e", "e\u0301"), False),
        (WORD.lower(), False),
        ("", False),
    ],
)
def test_only_the_word_itself_opens(customer, typed, opens):
    keep(customer)

    assert mail_passwords.check(customer_id=customer.pk, password=typed) is opens


def test_it_is_kept_as_an_argon2_hash_of_its_own(customer, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    other = a_customer("10002")
    keep(customer)
    keep(other)

    first, second = MailPassword.objects.order_by("pk").values_list("encoded", flat=True)
    assert identify_hasher(first).algorithm == "argon2"
    assert first != second
    assert WORD not in first


def test_a_word_of_one_customer_opens_nothing_of_another(customer):
    other = a_customer("10002")
    keep(customer)

    assert not mail_passwords.check(customer_id=other.pk, password=WORD)
    assert not mail_passwords.check(customer_id=None, password=WORD)


def test_another_word_takes_the_place_of_the_first(customer):
    keep(customer)
    keep(customer, "Another horse 2")

    assert not mail_passwords.check(customer_id=customer.pk, password=WORD)
    assert mail_passwords.check(customer_id=customer.pk, password="Another horse 2")
    assert kinds() == ["mail_password_set", "mail_password_changed"]


def test_a_word_that_was_taken_away_opens_nothing_and_goes_once(customer):
    keep(customer)

    mail_passwords.clear(customer_id=customer.pk, now=NOON)
    mail_passwords.clear(customer_id=customer.pk, now=NOON)

    assert not mail_passwords.is_set(customer_id=customer.pk)
    assert not mail_passwords.check(customer_id=customer.pk, password=WORD)
    assert kinds() == ["mail_password_set", "mail_password_removed"]


def test_the_audit_says_nothing_of_the_word_or_its_hash(customer):
    keep(customer)

    [entry] = AuditEntry.objects.all()
    assert (entry.subject, entry.customer, entry.before, entry.after) == (
        "10001 Alfreds Futterkiste",
        customer,
        None,
        None,
    )


def test_a_customer_without_a_word_costs_as_many_hashes_as_one_with(customer, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_mail_passwords.CountingHasher"]
    keep(customer)
    CountingHasher.count = 0
    mail_passwords.check(customer_id=customer.pk, password="wrong")
    with_word = CountingHasher.count
    mail_passwords.check(customer_id=a_customer("10002").pk, password="wrong")

    assert CountingHasher.count == 2 * with_word == 2


def test_a_weaker_hash_is_made_anew_when_its_word_is_typed(customer, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    MailPassword.objects.create(
        customer=customer, encoded=make_password(WORD, hasher="md5"), set_at=NOON
    )

    assert mail_passwords.check(customer_id=customer.pk, password=WORD)
    assert MailPassword.objects.get().encoded.startswith("argon2")
    assert mail_passwords.check(customer_id=customer.pk, password=WORD)
