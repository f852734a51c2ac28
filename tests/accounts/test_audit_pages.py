"""Who changed what, as the office reads it and as account admins read it of their customer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts import audit_kinds, origin
from accounts.audit_texts import Change, told
from accounts.models import AuditEntry
from accounts.sections import Section
from accounts.services import audit
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser, a_user, an_admin

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AUDIT = "/office/audit/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds():
    """Kinds of the test's own, so that it does not hang on those of the portal."""
    audit_kinds.register(
        [
            audit_kinds.AuditKind(
                "test_rights", "Rights tested", model="accounts.Membership", for_customer=True
            ),
            audit_kinds.AuditKind("test_coffee", "Coffee made", labels={"sort": "Sort of coffee"}),
        ]
    )
    yield
    for code in ("test_rights", "test_coffee"):
        del audit_kinds._known[code]


@pytest.fixture
def office(client):
    client.force_login(a_superuser(email="root@seller.example"))
    return client


def an_entry(kind="test_coffee", *, by=None, days=0, subject="Kitchen", as_customer=None, **fields):
    request = RequestFactory().get("/")
    request.user = by or AnonymousUser()
    with origin.coming_from(origin.Origin(origin.Channel.WEB, request)):
        if as_customer:
            origin.act_as(as_customer.pk)
        audit.record(kind=kind, subject=subject, now=NOON + timedelta(days=days), **fields)
    return AuditEntry.objects.latest("pk")


def subjects(response):
    return [row.entry.subject for row in response.context["rows"]]


def test_labels_and_values_are_those_of_the_model():
    [row] = told(
        [
            an_entry(
                "test_rights",
                before={"sections": ["orders"], "is_admin": False},
                after={"sections": ["orders", "invoices"], "is_admin": True},
            )
        ]
    )

    assert row.kind == "Rights tested"
    assert row.changes == [
        Change("Account admin", "No", "Yes"),
        Change("Allowed sections", "See orders", "See orders, See invoices"),
    ]


def test_what_is_no_field_has_its_own_label_or_its_name():
    [row] = told([an_entry(before={"sort": "Arabica", "cup_size": 3}, after={"sort": None})])

    assert row.changes == [Change("Sort of coffee", "Arabica", ""), Change("Cup size", "3", "")]


def test_a_long_value_is_cut():
    [row] = told([an_entry(after={"sort": "x" * 400})])

    assert row.changes == [Change("Sort of coffee", "", "x" * 300 + "…")]


def test_an_entry_whose_kind_is_gone_is_still_read():
    entry = an_entry()
    entry.kind = "of_an_older_version"

    assert told([entry])[0].kind == "of_an_older_version"


def test_the_newest_change_comes_first_with_everything_about_it(office):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    laura = a_clerk(email="laura@seller.example", first_name="Laura", last_name="Callahan")
    an_entry(subject="Older")
    an_entry(
        "test_rights",
        by=laura,
        days=1,
        subject="maria@customer.example",
        customer_id=customer.pk,
        as_customer=customer,
        before={"is_admin": False},
        after={"is_admin": True},
    )

    response = office.get(AUDIT)

    page = response.content.decode()
    assert subjects(response) == ["maria@customer.example", "Older"]
    for text in (
        "Rights tested",
        "Laura Callahan (laura@seller.example)",
        "as customer 10001 Alfreds Futterkiste",
        "127.0.0.1",
        "Customer 10001 Alfreds Futterkiste",
        "<del>No</del>",
        "<ins>Yes</ins>",
        "Somebody not signed in",
    ):
        assert text in page


def test_what_a_machine_did_says_so(office):
    audit.record(kind="test_coffee", subject="Kitchen", now=NOON)

    assert "Command" in office.get(AUDIT).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=test_rights", ["maria@customer.example"]),
        ("kind=nonsense", ["maria@customer.example", "Kitchen"]),
        ("who=callahan", ["Kitchen"]),
        ("who=Laura+seller", ["Kitchen"]),
        ("who=la", ["Kitchen"]),
        ("who=nobody", []),
        ("customer=alfreds", ["maria@customer.example"]),
        ("customer=10001", ["maria@customer.example"]),
        ("customer=10002", []),
        ("q=MARIA", ["maria@customer.example"]),
        ("q=100%25", []),
        ("date_from=2026-11-21", ["maria@customer.example"]),
        ("date_to=2026-11-20", ["Kitchen"]),
        ("kind=test_rights&customer=alfreds&q=maria", ["maria@customer.example"]),
        ("sort=oldest", ["Kitchen", "maria@customer.example"]),
    ],
)
def test_changes_are_found_by_kind_person_customer_subject_and_days(office, query, found):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    a_customer("10002")
    an_entry(by=a_clerk(email="laura@seller.example", first_name="Laura", last_name="Callahan"))
    an_entry(
        "test_rights",
        by=a_user(email="maria@customer.example"),
        days=1,
        subject="maria@customer.example",
        customer_id=customer.pk,
    )

    assert subjects(office.get(f"{AUDIT}?{query}")) == found


def test_filters_stay_in_the_address_and_can_be_taken_out(office):
    an_entry(by=a_user(email="maria@customer.example"))

    listing = office.get(f"{AUDIT}?kind=test_coffee&who=maria").context["listing"]

    assert listing.chips == [
        ("Kind: Coffee made", f"{AUDIT}?who=maria"),
        ("Who: maria", f"{AUDIT}?kind=test_coffee"),
    ]
    assert {field.name: field.value for field in listing.fields} == {
        "kind": "test_coffee",
        "who": "maria",
        "customer": "",
    }


def test_what_is_no_kind_is_told_and_left_out(office):
    response = office.get(f"{AUDIT}?kind=nonsense")

    assert response.context["listing"].notices == [
        "Kind: “nonsense” was not understood and was left out."
    ]


def test_a_name_of_very_many_people_is_told_and_left_out(office):
    for number in range(201):
        a_user(email=f"maria-{number}@customer.example")
    an_entry(by=a_user(email="maria@customer.example"))

    response = office.get(f"{AUDIT}?who=maria")

    assert subjects(response) == ["Kitchen"]
    assert response.context["listing"].notices == [
        "Too many are called “maria”, so it was left out. Write more of the name."
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_number_of_queries_for_any_number_of_changes(
    office, number, django_assert_num_queries
):
    for _ in range(number):
        an_entry(by=a_user(), customer_id=a_customer().pk)

    # Session, person, settings, company, changes, the bar.
    with django_assert_num_queries(6):
        office.get(AUDIT)


def test_many_changes_are_paged_by_key(office):
    for day in range(27):
        an_entry(days=day, subject=f"Day {day}")

    first = office.get(AUDIT)
    second = office.get(first.context["listing"].older)

    assert subjects(second) == ["Day 1", "Day 0"]
    assert subjects(office.get(second.context["listing"].newer)) == subjects(first)


def test_nothing_yet_and_nothing_found_are_told_apart(office):
    assert "No changes yet" in office.get(AUDIT).content.decode()
    assert "No change matches" in office.get(f"{AUDIT}?q=tea").content.decode()


CHANGES = "/account/changes/"


@pytest.fixture
def alfreds():
    return a_customer("10001", name="Alfreds Futterkiste")


def test_an_account_admin_reads_what_was_changed_at_the_customer(client, alfreds):
    maria = an_admin(alfreds, email="maria@customer.example")
    about_alfreds = {"kind": "test_rights", "customer_id": alfreds.pk}
    an_entry(**about_alfreds, by=maria, subject="Ana", after={"is_admin": True})
    an_entry("test_rights", customer_id=a_customer("10002").pk, subject="Elsewhere")
    an_entry("test_coffee", customer_id=alfreds.pk, subject="Internal")
    an_entry("test_rights", subject="Of nobody")
    client.force_login(maria)

    response = client.get(f"{CHANGES}?kind=test_rights")

    page = response.content.decode()
    assert subjects(response) == ["Ana"]
    assert "Maria Anders (maria@customer.example)" in page
    assert "127.0.0.1" in page
    assert f'href="{CHANGES}"' in client.get("/account/").content.decode()


def test_of_the_office_customers_read_the_company_alone(client, alfreds):
    about_alfreds = {"kind": "test_rights", "customer_id": alfreds.pk}
    laura = a_clerk(email="laura@seller.example", first_name="Laura", last_name="Callahan")
    an_entry(**about_alfreds, by=laura, as_customer=alfreds, subject="By staff")
    audit.record(**about_alfreds, subject="By a machine", now=NOON + timedelta(days=1))
    client.force_login(an_admin(alfreds))

    response = client.get(f"{CHANGES}?kind=test_rights")

    page = response.content.decode()
    assert [(row.who, row.address) for row in response.context["rows"]] == [("Portico", "")] * 2
    assert not any(text in page for text in ("Laura", "laura@", "127.0.0.1", "as customer"))


def test_a_staff_member_who_left_the_office_stays_the_company_to_customers(client, alfreds):
    laura = a_clerk(email="laura@seller.example")
    an_entry("test_rights", by=laura, customer_id=alfreds.pk)
    laura.is_staff = False
    laura.save(update_fields=["is_staff"])
    client.force_login(an_admin(alfreds))

    response = client.get(f"{CHANGES}?kind=test_rights")

    assert [row.who for row in response.context["rows"]] == ["Portico"]
    assert "laura@" not in response.content.decode()


def test_kinds_of_the_office_cannot_be_asked_for_by_customers(client, alfreds):
    maria = an_admin(alfreds)
    an_entry("test_coffee", customer_id=alfreds.pk)
    client.force_login(maria)

    response = client.get(f"{CHANGES}?kind=test_coffee&customer=10002&who=laura")

    assert [row.kind for row in response.context["rows"]] == ["Rights given"]
    assert response.context["listing"].notices == [
        "Kind: “test_coffee” was not understood and was left out."
    ]


def test_members_who_are_no_account_admins_are_refused(client, alfreds):
    client.force_login(a_member(alfreds, *Section))

    assert client.get(CHANGES).status_code == 403
    assert f'href="{CHANGES}"' not in client.get("/account/").content.decode()
