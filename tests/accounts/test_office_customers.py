"""The register of customers, as the office reads it and what it keeps about each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AuditEntry, Customer, DocumentRecipient, MailPassword
from accounts.sections import Section
from accounts.services import account_settings, mail_passwords
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_superuser,
    an_address,
    an_admin,
    an_invitation,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTER = "/office/customers/"
WORD = "Correct horse 1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(a_superuser(email="laura@seller.example"))
    return client


@pytest.fixture
def alfreds():
    return a_customer(
        "10001",
        name="Alfreds Futterkiste",
        group="RETAIL",
        contact="Maria Anders",
        country="DE",
        language="de",
        payment_terms="30 days net",
    )


def numbers(response):
    return [customer.number for customer in response.context["listing"].rows]


def page_of(customer):
    return reverse("office:customer-page", args=[customer.pk])


def recipients_of(customer):
    return reverse("office:customer-recipients", args=[customer.pk])


def password_of(customer):
    return reverse("office:customer-mail-password", args=[customer.pk])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["10001", "10002", "10003", "7"]),
        ("q=ALFREDS", ["10001"]),
        ("q=0002", ["10002"]),
        ("q=7", ["7"]),
        ("q=10", []),
        ("q=10%25", []),
        ("group=RETAIL", ["10001", "10003"]),
        ("group=retail", []),
        ("family=S77", ["10003"]),
        ("status=blocked", ["10002"]),
        ("status=restricted", ["7"]),
        ("status=removed", ["10004"]),
        ("status=all", ["10001", "10002", "10003", "10004", "7"]),
        ("status=nonsense", ["10001", "10002", "10003", "7"]),
        ("sort=name", ["10001", "10003", "10002", "7"]),
        ("group=RETAIL&status=blocked", []),
    ],
)
def test_customers_are_found_by_number_name_group_family_and_standing(
    office, alfreds, query, found
):
    a_customer("10002", name="Chop-suey", is_blocked=True)
    a_customer("10003", name="Berglunds", group="RETAIL", family=a_family("S77"))
    a_customer("10004", name="Gone", removed_at=NOON)
    a_customer("7", name="Ödla", group="CASH")
    account_settings.keep(restricted_groups=["CASH"], now=NOON)

    assert numbers(office.get(f"{REGISTER}?{query}")) == found


def test_a_row_says_how_a_customer_stands_and_how_many_sign_in(office, alfreds):
    account_settings.keep(restricted_groups=["RETAIL"], now=NOON)
    Customer.objects.filter(pk=alfreds.pk).update(is_blocked=True)
    an_admin(alfreds)
    a_member(alfreds)

    response = office.get(REGISTER)

    assert [customer.members for customer in response.context["listing"].rows] == [2]
    page = response.content.decode()
    assert ">Blocked<" in page
    assert ">Restricted<" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_register_asks_the_same_number_of_queries_for_any_number_of_customers(
    office, number, django_assert_num_queries
):
    for each in range(number):
        an_admin(a_customer(f"{each}", family=a_family()))

    # Session, person, settings twice, company, age of the data, customers,
    # the bar.
    with django_assert_num_queries(8):
        office.get(REGISTER)


def test_the_page_of_a_customer_says_what_the_erp_and_the_office_know(office):
    family = a_family("S77")
    payer = a_customer("10009", name="Payer")
    alfreds = a_customer(
        "10001",
        name="Alfreds Futterkiste",
        family=family,
        payer=payer,
        contact="Maria Anders",
        email="info@alfreds.example",
        payment_terms="30 days net",
        credit_limit=1000,
        credit_used=250,
    )
    a_customer("10002", name="Sister", family=family)
    an_address(alfreds, street="Obere Str. 57")
    an_admin(alfreds, email="maria@alfreds.example", first_name="Maria", last_name="Anders")
    a_member(alfreds, Section.ORDERS, first_name="Hans", last_name="Zimmer", is_active=False)

    page = office.get(page_of(alfreds)).content.decode()

    for text in (
        "info@alfreds.example",
        "30 days net",
        "10009 Payer",
        "750.00",
        "Obere Str. 57",
        "Account admin: everything",
        "See orders",
        "Access closed",
        "S77",
        "Sister",
        "None is set, so nothing can be sent by secure mail.",
        "/office/orders/?customer=10001",
        "/office/invoices/?customer=10001",
        "/office/messages/?customer=10001",
        "/office/audit/?customer=10001",
    ):
        assert text in page, text


def test_people_who_have_not_answered_their_invitation_are_listed(office, alfreds):
    an_invitation(alfreds, "jo@alfreds.example")

    page = office.get(page_of(alfreds)).content.decode()

    assert "jo@alfreds.example" in page
    assert "Invited, not answered yet" in page


def test_members_of_the_family_show_where_their_rights_come_from(office):
    family = a_family()
    alfreds, sister = a_customer("10001", family=family), a_customer("10002", family=family)
    an_admin(sister, covers_family=True, email="sister@alfreds.example")

    page = office.get(page_of(alfreds)).content.decode()

    assert "sister@alfreds.example" in page
    assert "through 10002" in page


def test_a_customer_that_the_erp_has_removed_says_so(office, alfreds):
    Customer.objects.filter(pk=alfreds.pk).update(removed_at=NOON)

    page = office.get(page_of(alfreds)).content.decode()

    assert "The ERP has removed this customer." in page


def test_whoever_may_only_look_sees_no_way_to_change(client, alfreds):
    laura = a_clerk()
    laura.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(laura)
    an_admin(alfreds)

    page = client.get(page_of(alfreds)).content.decode()

    assert recipients_of(alfreds) not in page
    assert "/office/users/" not in page
    assert "/office/orders/" not in page
    assert client.get(recipients_of(alfreds)).status_code == 403
    assert client.post(password_of(alfreds), {"password": WORD}).status_code == 403
    assert not MailPassword.objects.exists()


def test_the_e_mail_password_is_set_changed_and_removed_and_never_shown(office, alfreds):
    first = office.post(password_of(alfreds), {"password": f" {WORD} "}, follow=True)
    assert mail_passwords.check(customer_id=alfreds.pk, password=WORD)
    office.post(password_of(alfreds), {"password": "Another horse 2"})
    assert mail_passwords.check(customer_id=alfreds.pk, password="Another horse 2")
    shown = office.get(password_of(alfreds)).content.decode()
    office.post(password_of(alfreds), {"remove": "yes"})

    assert not MailPassword.objects.exists()
    assert "The e-mail password is set." in first.content.decode()
    assert "Another horse" not in shown
    assert list(AuditEntry.objects.order_by("pk").values_list("kind", "customer")) == [
        ("mail_password_set", alfreds.pk),
        ("mail_password_changed", alfreds.pk),
        ("mail_password_removed", alfreds.pk),
    ]


@pytest.mark.parametrize("password", ["", "   ", "short1A", "password", "Aa1" + "x" * 126])
def test_a_poor_e_mail_password_is_refused_and_not_repeated(office, alfreds, password):
    response = office.post(password_of(alfreds), {"password": password})

    assert list(response.context["form"].errors) == ["password"]
    assert not password.strip() or f'value="{password}"' not in response.content.decode()
    assert not MailPassword.objects.exists()


def test_recipients_are_added_for_several_papers_and_removed(office, alfreds):
    response = office.post(
        recipients_of(alfreds),
        {
            "email": " Books@Alfreds.EXAMPLE ",
            "kinds": ["invoice", "credit_memo"],
            "language": "de",
        },
        follow=True,
    )
    [credit_memo, _invoice] = DocumentRecipient.objects.order_by("kind")
    office.post(recipients_of(alfreds), {"remove": str(credit_memo.pk)})

    assert "books@alfreds.example gets the papers." in response.content.decode()
    assert list(DocumentRecipient.objects.values_list("kind", "email", "language")) == [
        ("invoice", "books@alfreds.example", "de")
    ]
    assert "books@alfreds.example" in office.get(page_of(alfreds)).content.decode()


def test_the_form_starts_with_the_language_of_the_customer(office, alfreds):
    page = office.get(recipients_of(alfreds)).content.decode()

    assert '<option value="de" selected>' in page


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("email", "", "This field is required."),
        ("email", "books", "That is not an e-mail address, such as maria@example.com."),
        # A Cyrillic letter among Latin ones.
        (
            "email",
            "books@\u0430lfreds.example",
            "That is not an e-mail address, such as maria@example.com.",
        ),
        (
            "email",
            "a@b.example, c@d.example",
            "That is not an e-mail address, such as maria@example.com.",
        ),
        (
            "email",
            "x" * 250 + "@b.example",
            "Ensure this value has at most 254 characters (it has 260).",
        ),
        ("kinds", [], "This field is required."),
        (
            "kinds",
            ["napkin"],
            "Select a valid choice. napkin is not one of the available choices.",
        ),
        ("language", "xx", "Select a valid choice. xx is not one of the available choices."),
    ],
)
def test_a_recipient_that_does_not_fit_is_told_at_its_place(office, alfreds, field, value, error):
    fields = {"email": "books@alfreds.example", "kinds": ["invoice"], "language": "de"}

    response = office.post(recipients_of(alfreds), fields | {field: value})

    assert response.context["form"].errors == {field: [error]}
    assert "Error:" in response.content.decode()
    assert not DocumentRecipient.objects.exists()


def test_a_recipient_twice_is_told_and_typed_again_in_vain(office, alfreds):
    fields = {"email": "books@alfreds.example", "kinds": ["invoice"], "language": "de"}
    office.post(recipients_of(alfreds), fields)

    response = office.post(recipients_of(alfreds), fields)

    assert response.context["form"].non_field_errors() == [
        "This address gets these papers already."
    ]
    assert 'value="books@alfreds.example"' in response.content.decode()


@pytest.mark.parametrize("key", ["", "nonsense", "-1", "9" * 30, "12345"])
def test_removing_a_recipient_that_is_not_there_says_so(office, alfreds, key):
    response = office.post(recipients_of(alfreds), {"remove": key}, follow=True)

    assert "That recipient is gone already." in response.content.decode()


def test_a_recipient_of_another_customer_is_not_removed(office, alfreds):
    other = a_customer("10002")
    recipient = DocumentRecipient.objects.create(
        customer=other, kind="invoice", email="books@other.example"
    )

    office.post(recipients_of(alfreds), {"remove": str(recipient.pk)})

    assert DocumentRecipient.objects.exists()


def test_a_customer_that_is_renamed_while_somebody_works_for_it_goes_on(client, alfreds):
    client.force_login(an_admin(alfreds))
    client.get("/")

    Customer.objects.filter(pk=alfreds.pk).update(name="Alfreds Nachfolger", number="20001")

    page = client.get("/account/").content.decode()
    assert "20001" in page
    assert "Alfreds Nachfolger" in page
    assert "Alfreds Futterkiste" not in page


def test_a_customer_that_is_merged_away_while_somebody_works_for_it_says_so(client, alfreds):
    maria = an_admin(alfreds)
    a_member(a_customer("10002", name="Takes over"), Section.ORDERS, user=maria)
    client.force_login(maria)
    client.post("/customers/", {"customer": "10001"})

    Customer.objects.filter(pk=alfreds.pk).update(removed_at=NOON + timedelta(days=1))

    page = client.get("/account/").content.decode()
    assert "Alfreds Futterkiste is no customer any more." in page
    choice = client.get("/customers/").content.decode()
    assert choice.count(">Removed<") == 1
    client.post("/customers/", {"customer": "10002"})
    assert "is no customer any more" not in client.get("/").content.decode()
