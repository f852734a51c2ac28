"""The office brings its own people as CSV: addresses of its domains, names, roles."""

from threading import Thread

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts import importing
from accounts.models import AuditEntry, OutgoingMessage, Role, RoleGrant, User
from accounts.services import account_settings, importing_staff, people_import, roles
from accounts.states import ImportState, OnError
from tests.builders.accounts import a_clerk, a_role, a_superuser, a_user
from tests.threads import until_somebody_waits

PAGE = "/office/users/import/"
HEADS = "Email,First Name,Last Name,Language,Roles,Action"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_domain():
    account_settings.keep(internal_domains=["seller.example"], now=timezone.now())


@pytest.fixture
def keeper():
    keeper = a_clerk(email="keeper@seller.example")
    a_role("Keepers", keeper, users="process", roles="process")
    return keeper


def a_file(*rows, heads=HEADS):
    return "\r\n".join([heads, *rows, ""]).encode()


def an_import(*rows, by, content=None):
    run = people_import.upload(
        kind=importing.STAFF,
        name="staff.csv",
        content=content or a_file(*rows),
        by=by,
        now=timezone.now(),
    )
    people_import.work(clock=timezone.now)
    run.refresh_from_db()
    return run


def applied(run, by, on_error=OnError.STOP):
    people_import.confirm(import_id=run.pk, on_error=on_error, by=by, now=timezone.now())
    people_import.work(clock=timezone.now)
    run.refresh_from_db()
    return run


def errors(run):
    return [
        (row.number, error["column"], *importing.reason_of(error))
        for row in run.rows.order_by("number")
        for error in row.errors
    ]


def plans(run):
    return [row.plan for row in run.rows.order_by("number")]


def roles_of(email):
    grants = RoleGrant.objects.filter(user__email=email)
    return sorted(grants.values_list("role__name", "origin"))


def test_rows_create_update_close_and_leave_alone(keeper):
    planning, money = a_role("Planning"), a_role("Money")
    same = a_clerk(email="same@seller.example", first_name="Sam", last_name="Otter")
    roles.give(role_id=planning.pk, email=same.email, now=timezone.now())
    moved = a_clerk(email="moved@seller.example", first_name="Mo", last_name="Ved")
    roles.give(role_id=planning.pk, email=moved.email, now=timezone.now())
    a_clerk(email="gone@seller.example")

    run = an_import(
        ' New@Seller.EXAMPLE ,Nancy,Davolio,FI,"planning, Money",',
        "same@seller.example,,,,PLANNING,Set",
        "moved@seller.example,Mona,,,Money,set",
        "gone@seller.example,,,,,Delete",
        "never@seller.example,,,,,delete",
        by=keeper,
    )
    before = User.objects.count()
    planned = plans(run)
    applied(run, keeper)

    assert planned == ["created", "unchanged", "updated", "deleted", "unchanged"]
    assert run.state == ImportState.DONE
    new = User.objects.get(email="new@seller.example")
    assert (new.get_full_name(), new.language, new.is_staff, new.has_usable_password()) == (
        "Nancy Davolio",
        "fi",
        True,
        False,
    )
    assert User.objects.count() == before + 1
    assert roles_of("new@seller.example") == [("Money", "office"), ("Planning", "office")]
    assert roles_of("moved@seller.example") == [(money.name, "office")]
    moved.refresh_from_db()
    assert moved.get_full_name() == "Mona Ved"
    assert not User.objects.get(email="gone@seller.example").is_active
    assert not OutgoingMessage.objects.exists()
    assert AuditEntry.objects.filter(kind="people_imported").count() == 1


def test_nothing_is_written_before_somebody_confirms(keeper):
    an_import("new@seller.example,,,,,", by=keeper)

    assert not User.objects.filter(email="new@seller.example").exists()


def test_what_the_provider_gave_stays(keeper):
    planning = a_role("Planning")
    laura = a_clerk(email="laura@seller.example")
    roles.give_by_provider(user_id=laura.pk, roles=[planning], now=timezone.now())

    applied(an_import("laura@seller.example,Laura,,,,", by=keeper), keeper)

    assert roles_of("laura@seller.example") == [("Planning", "provider")]


def test_a_member_of_a_customer_with_an_internal_address_becomes_staff(keeper):
    a_user("maria@seller.example")

    applied(an_import("maria@seller.example,,,,,", by=keeper), keeper)

    assert User.objects.get(email="maria@seller.example").is_staff


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (",Laura,,,,", ("Email", "A value is missing.", "")),
        ("laura,,,,,", ("Email", "That is not an e-mail address.", "maria@example.com")),
        (
            "laura@other.example,,,,,",
            ("Email", "It is of none of the office's own domains.", "seller.example"),
        ),
        (
            "laura@mail.seller.example,,,,,",
            ("Email", "It is of none of the office's own domains.", "seller.example"),
        ),
        # A Cyrillic letter among Latin ones.
        (
            "laura@s\u0435ller.example,,,,,",
            ("Email", "That is not an e-mail address.", "maria@example.com"),
        ),
        (
            "laura@seller.example," + "x" * 151 + ",,,,",
            ("First Name", "It is too long.", "at most 150 characters"),
        ),
        (
            "laura@seller.example,,,klingon,,",
            ("Language", "The portal does not speak this language.", "en, fi, sv, de"),
        ),
        ("laura@seller.example,,,,Cooks,", ("Roles", "“Cooks” is no role.", "Keepers")),
        ("laura@seller.example,,,,,Sack", ("Action", "There is no such action.", "Set, Delete")),
        (
            "closed@seller.example,,,,,",
            ("Email", "The access of this person is closed. Open it first.", ""),
        ),
        ("root@seller.example,,,,,Delete", ("Email", "Superusers are not changed by a file.", "")),
    ],
)
def test_a_row_that_does_not_fit_says_where_and_what_is_allowed(keeper, row, error):
    a_clerk(email="closed@seller.example", is_active=False)
    a_superuser(email="root@seller.example")

    run = an_import("good@seller.example,,,,,", row, by=keeper)

    assert errors(run) == [(3, *error)]
    assert plans(run) == ["created", ""]


def test_of_two_rows_about_one_person_the_first_stands(keeper):
    run = an_import("laura@seller.example,,,,,", "LAURA@seller.example,,,,,Delete", by=keeper)

    assert errors(run) == [(3, "Email", "Row 2 is about the same already.", "")]


def test_text_that_a_spreadsheet_would_run_is_a_name_like_any_other(keeper):
    applied(an_import("laura@seller.example,=1+1,@SUM(A1),,,", by=keeper), keeper)

    assert User.objects.get(email="laura@seller.example").first_name == "=1+1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_and_separators_of_spreadsheets_are_read(keeper, encoding):
    text = "Email;First Name;Roles\r\nlaura@seller.example;Ödön;keepers|KEEPERS\r\n"

    applied(an_import(by=keeper, content=text.encode(encoding)), keeper)

    assert User.objects.get(email="laura@seller.example").first_name == "Ödön"
    assert roles_of("laura@seller.example") == [("Keepers", "office")]


def test_the_last_person_who_keeps_roles_is_not_closed_by_a_file(keeper):
    run = an_import("keeper@seller.example,,,,,Delete", by=keeper)

    applied(run, keeper)

    keeper.refresh_from_db()
    assert keeper.is_active
    assert run.state == ImportState.STOPPED
    assert "Nobody would be left who may change roles" in errors(run)[0][2]


def test_whoever_stopped_keeping_roles_meanwhile_changes_no_staff(keeper):
    other = a_clerk(email="other@seller.example")
    a_role("Others", other, roles="process")
    run = an_import("other@seller.example,Typed,,,,", by=keeper)
    people_import.confirm(import_id=run.pk, on_error=OnError.STOP, by=keeper, now=timezone.now())
    RoleGrant.objects.filter(user=keeper).delete()

    people_import.work(clock=timezone.now)

    other.refresh_from_db()
    assert other.first_name == "Maria"
    assert "who holds more than you" in errors(run)[0][2]


def test_a_role_that_was_removed_meanwhile_stops_its_row(keeper):
    planning = a_role("Planning")
    run = an_import("laura@seller.example,,,,Planning,", by=keeper)
    people_import.confirm(import_id=run.pk, on_error=OnError.SKIP, by=keeper, now=timezone.now())
    Role.objects.filter(pk=planning.pk).delete()

    people_import.work(clock=timezone.now)

    assert errors(run) == [(2, "Roles", "“Planning” is no role.", "Keepers")]
    assert not User.objects.filter(email="laura@seller.example").exists()


@pytest.mark.django_db(transaction=True)
def test_roles_are_locked_after_the_settings_so_nobody_waits_in_a_circle(keeper):
    planning, money = a_role("Planning"), a_role("Money")
    sam = a_clerk(email="sam@seller.example", first_name="Sam", last_name="Otter")
    roles.give(role_id=planning.pk, email=sam.email, now=timezone.now())
    run = an_import("sam@seller.example,,,,Money,", by=keeper)
    people_import.confirm(import_id=run.pk, on_error=OnError.STOP, by=keeper, now=timezone.now())
    raised = []

    def work():
        try:
            people_import.work(clock=timezone.now)
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    other = Thread(target=work)
    with transaction.atomic(), roles.keeping_somebody():
        other.start()
        until_somebody_waits()
        Role.objects.select_for_update(nowait=True, no_key=True).get(pk=money.pk)
    other.join(30)

    assert (raised, roles_of(sam.email)) == ([], [("Money", "office")])


def test_many_rows_are_checked_by_few_queries(keeper, django_assert_max_num_queries):
    rows = [f"person-{number}@seller.example,,,,," for number in range(2000)]

    with django_assert_max_num_queries(60):
        run = an_import(*rows, by=keeper)

    assert people_import.counts(run)["right"] == 2000


def test_the_kind_is_offered_to_those_who_keep_roles_alone(client, keeper):
    clerk = a_clerk()
    a_role("Users", clerk, users="process")
    client.force_login(clerk)
    without = client.get(PAGE).content.decode()
    refused = client.get(f"{PAGE}sample-staff.csv").status_code
    client.force_login(keeper)
    offered = client.get(PAGE).content.decode()
    sample = b"".join(client.get(f"{PAGE}sample-staff.csv").streaming_content).decode("utf-8-sig")

    assert ("own people" in without, refused) == (False, 404)
    assert "own people" in offered
    assert sample.splitlines()[0] == HEADS


def test_the_sample_is_read_as_it_is_but_for_addresses_and_roles(client, keeper):
    client.force_login(keeper)
    sample = b"".join(client.get(f"{PAGE}sample-staff.csv").streaming_content)

    run = an_import(by=keeper, content=sample)

    assert errors(run) == [
        (2, "Roles", "“Planning” is no role.", "Keepers"),
        (2, "Roles", "“Invoicing” is no role.", "Keepers"),
    ]


def test_a_role_that_is_removed_between_check_and_row_refuses_the_row(keeper):
    planning = a_role("Planning")
    run = an_import("laura@seller.example,,,,Planning,", by=keeper)
    Role.objects.filter(pk=planning.pk).delete()

    with pytest.raises(importing.RowRefused), transaction.atomic():
        importing_staff.apply(list(run.rows.all()), by=keeper, now=timezone.now())

    assert not User.objects.filter(email="laura@seller.example").exists()
