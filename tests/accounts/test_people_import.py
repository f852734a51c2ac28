"""The office brings rights of customers' people as CSV: checked, shown, confirmed once, applied."""

from functools import partial
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import importing
from accounts.models import (
    AuditEntry,
    Invitation,
    Membership,
    OutgoingMessage,
    PeopleImport,
    PeopleImportRow,
    StoredFile,
    User,
)
from accounts.services import account_settings, inviting, membership, people_import
from accounts.states import IMPORT_MOVES, ImportState, OnError
from accounts.tasks import forget_imports, import_people
from portal.lib.csv_reading import NotReadable
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_role,
    a_user,
    an_admin,
    an_invitation,
    link_sent_to,
)
from tests.threads import at_once

PAGE = "/office/users/import/"
HEADS = "Customer Number,Email,First Name,Last Name,Account Admin,Allowed Sections,Action"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    clerk = a_clerk(first_name="Aino", last_name="Laine", email="aino@northwind-freight.example")
    a_role("Users", clerk, users="process")
    return clerk


@pytest.fixture
def office(client, clerk):
    client.force_login(clerk)
    return client


def a_file(*rows, heads=HEADS):
    return "\r\n".join([heads, *rows, ""]).encode()


def an_import(*rows, by, heads=HEADS):
    """A file that was uploaded and checked."""
    run = people_import.upload(
        kind=importing.MEMBERS,
        name="rights.csv",
        content=a_file(*rows, heads=heads),
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
    return people_import.counts(run)


def errors(run):
    return [
        (row.number, error["column"], error["value"], *importing.reason_of(error))
        for row in run.rows.order_by("number")
        for error in row.errors
    ]


def plans(run):
    return [row.plan for row in run.rows.order_by("number")]


def rights_of(email, customer):
    held = Membership.objects.filter(user__email=email, customer=customer).first()
    return held and (held.is_admin, held.sections, held.covers_family)


# What a file does


def test_rows_create_invite_update_delete_and_leave_alone(clerk):
    customer = a_customer("10001", name="Alfreds")
    an_admin(customer, email="admin@x.example")
    a_user("known@x.example")
    a_member(customer, "orders", email="more@x.example")
    a_member(customer, "orders", email="gone@x.example")
    a_member(customer, "orders", email="same@x.example")

    run = an_import(
        "10001,known@x.example,,,No,View Order History,",
        '10001,New@X.example,Jo,Park,,"view order history, View Pay Invoices",Set',
        "10001,more@x.example,,,,View Invoice History,",
        "10001,gone@x.example,,,,,Delete",
        "10001,same@x.example,,,no,orders,set",
        "10001,nobody@x.example,,,,,delete",
        by=clerk,
    )
    before = (Membership.objects.count(), OutgoingMessage.objects.count())
    found = applied(run, clerk)

    assert plans(run) == ["created", "invited", "updated", "deleted", "unchanged", "unchanged"]
    assert before == (4, 0)
    assert {name: number for name, number in found.items() if number} == {
        "rows": 6,
        "right": 6,
        **{f"plan_{sort}": 1 for sort in ("created", "invited", "updated", "deleted")},
        **{f"did_{sort}": 1 for sort in ("created", "invited", "updated", "deleted")},
        "plan_unchanged": 2,
        "did_unchanged": 2,
    }
    assert rights_of("known@x.example", customer) == (False, ["orders"], False)
    assert rights_of("more@x.example", customer) == (False, ["invoices"], False)
    assert rights_of("gone@x.example", customer) is None
    assert Invitation.objects.get().rights["sections"] == ["orders", "pay_invoices"]
    assert not User.objects.filter(email="new@x.example").exists()
    assert sorted(OutgoingMessage.objects.values_list("recipient_address", "kind")) == [
        ("gone@x.example", "rights_withdrawn"),
        ("known@x.example", "rights_changed"),
        ("more@x.example", "rights_changed"),
        ("new@x.example", "invitation"),
    ]


def test_what_was_imported_is_noted_in_the_name_of_who_confirmed_it(clerk):
    customer = a_customer("10001")
    a_user("known@x.example")
    other = a_clerk()

    run = an_import("10001,known@x.example,,,,orders,", by=other)
    applied(run, clerk)

    noted = AuditEntry.objects.order_by("pk").values_list("kind", "actor", "channel", "customer")
    assert list(noted) == [
        ("membership_granted", clerk.pk, "worker", customer.pk),
        ("people_imported", clerk.pk, "worker", None),
    ]
    assert AuditEntry.objects.latest("pk").after == {
        "kind": "members",
        "rows": 1,
        "wrong": 0,
        "created": 1,
    }


def test_somebody_invited_by_a_file_comes_in_by_the_link(client, clerk):
    customer = a_customer("10001")
    applied(an_import("10001,jo@x.example,Jo,Park,Yes,,", by=clerk), clerk)

    page = client.get(link_sent_to("jo@x.example"))
    response = client.post(
        link_sent_to("jo@x.example"),
        {"first_name": "Jo", "last_name": "Park", "password": "Green bottles 7"},
    )

    assert page.status_code == 200
    assert response["Location"] == "/"
    assert rights_of("jo@x.example", customer) == (True, [], False)


def test_uploading_the_same_file_again_changes_nothing(clerk):
    a_customer("10001")
    a_user("known@x.example")
    rows = (
        "10001,known@x.example,,,,orders,",
        "10001,jo@x.example,Jo,Park,,orders,",
        "10001,nobody@x.example,,,,,Delete",
    )
    applied(an_import(*rows, by=clerk), clerk)
    before = (AuditEntry.objects.count(), OutgoingMessage.objects.count())

    again = an_import(*rows, by=clerk)
    found = applied(again, clerk)

    assert plans(again) == ["unchanged"] * 3
    assert found["did_unchanged"] == 3
    # The import itself is noted; nothing else is, and nobody is written to.
    assert (AuditEntry.objects.count(), OutgoingMessage.objects.count()) == (
        before[0] + 1,
        before[1],
    )


def test_everybodys_rights_as_they_are_change_nothing(office, clerk):
    family = a_family()
    customer = a_customer("10001", family=family)
    an_admin(customer, covers_family=True)
    a_member(customer, "orders", "pay_on_account", first_name="=Sam")
    a_member(a_customer("10001", source="old"))

    content = b"".join(office.get(f"{PAGE}rights.csv").streaming_content)
    run = people_import.upload(
        kind=importing.MEMBERS, name="x", content=content, by=clerk, now=timezone.now()
    )
    people_import.work(clock=timezone.now)

    assert errors(run) == []
    assert plans(run) == ["unchanged"] * 3


def test_a_waiting_invitation_is_changed_and_withdrawn(clerk):
    customer = a_customer("10001")
    invited = an_invitation(customer, "jo@x.example", sections=["orders"])

    changed = applied(an_import("10001,jo@x.example,,,,invoices,", by=clerk), clerk)
    invited.refresh_from_db()
    sections = invited.sections
    ended = applied(an_import("10001,jo@x.example,,,,,Delete", by=clerk), clerk)

    invited.refresh_from_db()
    assert (changed["did_updated"], sections) == (1, ["invoices"])
    assert (ended["did_deleted"], invited.withdrawn_at is not None) == (1, True)


# What is wrong


def test_every_wrong_cell_is_told_with_its_row_column_value_reason_and_what_is_allowed(clerk):
    account_settings.keep(
        now=timezone.now(),
        internal_domains=["office.example"],
        restricted_groups=["DEALER"],
    )
    a_customer("10001")
    a_customer("10009", group="DEALER")
    a_customer("20000", source="erp")
    a_customer("20000", source="old")
    a_user("closed@x.example", is_active=False)

    run = an_import(
        ",jo@x.example,Jo,Park,,orders,",
        "99999,jo@x.example,Jo,Park,,orders,",
        "20000,jo@x.example,Jo,Park,,orders,",
        "10009,jo@x.example,Jo,Park,,orders,",
        "10001,,Jo,Park,,orders,",
        "10001,jo,Jo,Park,,orders,",
        "10001,aino@office.example,Aino,Laine,,orders,",
        "10001,closed@x.example,,,,orders,",
        "10001,maybe@x.example,Jo,Park,perhaps,orders,",
        '10001,many@x.example,Jo,Park,,"orders, flights",',
        "10001,none@x.example,Jo,Park,,,",
        "10001,name@x.example,,,,orders,",
        f"10001,long@x.example,{'J' * 151},Park,,orders,",
        "10001,act@x.example,Jo,Park,,orders,Remove",
        "10001,null@x.example,J\x00,Park,,orders,",
        "10001,over@x.example,Jo,Park,,orders,,x",
        "erp/20000,right@x.example,Jo,Park,,orders,",
        by=clerk,
    )

    sections = (
        "View Order History, View Invoice History, View Pay Invoices, Pay on Account, Place"
        " Orders, Approve Offers, Manage Users"
    )
    assert errors(run) == [
        (2, "Customer Number", "", "A value is missing.", ""),
        (3, "Customer Number", "99999", "There is no customer with this number.", ""),
        (
            4,
            "Customer Number",
            "20000",
            "Several customers have this number.",
            "erp/20000, old/20000",
        ),
        (5, "Customer Number", "10009", "The customer is blocked, removed or restricted.", ""),
        (6, "Email", "", "A value is missing.", ""),
        (7, "Email", "jo", "That is not an e-mail address.", "maria@example.com"),
        (
            8,
            "Email",
            "aino@office.example",
            "The office's own people are no members of customers.",
            "",
        ),
        (
            9,
            "Email",
            "closed@x.example",
            "The access of this person is closed. Open it first.",
            "",
        ),
        (10, "Account Admin", "perhaps", "This is neither Yes nor No.", "Yes, No"),
        (11, "Allowed Sections", "orders, flights", "“flights” is no right.", sections),
        (12, "Allowed Sections", "", "A new person needs at least one right.", sections),
        (13, "First Name", "", "A value is missing.", ""),
        (13, "Last Name", "", "A value is missing.", ""),
        (14, "First Name", "J" * 100, "It is too long.", "at most 150 characters"),
        (15, "Action", "Remove", "There is no such action.", "Set, Delete"),
        (
            16,
            "First Name",
            "J\N{REPLACEMENT CHARACTER}",
            "It contains characters that cannot be printed.",
            "",
        ),
        (17, "Action", "", "The row has more cells than there are columns.", ""),
    ]
    assert plans(run)[-1] == "invited"


def test_make_payment_and_whole_family_have_to_fit(clerk):
    a_customer("10001")
    heads = "Customer Number,Email,First Name,Last Name,Allowed Sections,Make Payment,Whole Family"

    run = an_import(
        "10001,a@x.example,A,A,View Pay Invoices,Yes,",
        "10001,b@x.example,B,B,View Pay Invoices,No,",
        "10001,c@x.example,C,C,View Order History,Yes,",
        "10001,d@x.example,D,D,View Order History,,Yes",
        by=clerk,
        heads=heads,
    )

    assert [(row, column, allowed) for row, column, _value, _reason, allowed in errors(run)] == [
        (3, "Make Payment", "Yes"),
        (4, "Make Payment", "No"),
        (5, "Whole Family", "No"),
    ]


def test_two_rows_about_one_person_at_one_customer_are_told(clerk):
    a_customer("10001")
    a_customer("10002")

    run = an_import(
        "10001,jo@x.example,Jo,Park,,orders,",
        "10002,jo@x.example,Jo,Park,,orders,",
        "10001,JO@x.example,Jo,Park,,invoices,",
        by=clerk,
    )

    assert errors(run) == [(4, "Email", "JO@x.example", "Row 2 is about the same already.", "")]


def test_too_many_invitations_for_a_customer_are_refused(clerk):
    a_customer("10001")

    run = an_import(
        *(
            f"10001,jo{number}@x.example,Jo,Park,,orders,"
            for number in range(inviting.MOST_WAITING + 1)
        ),
        by=clerk,
    )

    assert len(errors(run)) == inviting.MOST_WAITING + 1


@pytest.mark.parametrize("action", ["No,orders,Set", ",,Delete"])
def test_the_last_account_admin_stays(clerk, action):
    customer = a_customer("10001", name="Alfreds")
    an_admin(customer, email="admin@x.example")

    run = an_import(f"10001,admin@x.example,,,{action}", by=clerk)

    [(row, _column, _value, reason, _allowed)] = errors(run)
    assert (row, reason) == (2, "10001 Alfreds would be left without an account admin.")


def test_an_account_admin_may_go_when_the_same_file_brings_another_wherever_it_stands(clerk):
    customer = a_customer("10001")
    an_admin(customer, email="old@x.example")
    a_user("next@x.example")

    run = an_import(
        "10001,old@x.example,,,,,Delete",
        "10001,next@x.example,,,Yes,,",
        by=clerk,
    )
    found = applied(run, clerk)

    assert (found["wrong"], found["did_deleted"], found["did_created"]) == (0, 1, 1)
    assert rights_of("next@x.example", customer) == (True, [], False)


def test_somebody_who_is_only_invited_does_not_replace_an_account_admin(clerk):
    customer = a_customer("10001")
    an_admin(customer, email="old@x.example")

    run = an_import(
        "10001,old@x.example,,,,,Delete",
        "10001,new@x.example,Jo,Park,Yes,,",
        by=clerk,
    )

    assert [row for row, *_rest in errors(run)] == [2]


def test_the_last_account_admin_of_a_family_stays_for_each_of_its_customers(clerk):
    family = a_family()
    own, sibling = a_customer("10001", family=family), a_customer("10002", family=family)
    an_admin(own, email="above@x.example", covers_family=True)
    an_admin(own)
    a_user("next@x.example")

    refused = an_import("10001,above@x.example,,,Yes,,", by=clerk)
    saved = an_import("10001,above@x.example,,,Yes,,", "10002,next@x.example,,,Yes,,", by=clerk)
    applied(saved, clerk)

    assert [reason for _row, _column, _value, reason, _allowed in errors(refused)] == [
        f"{sibling} would be left without an account admin."
    ]
    assert rights_of("above@x.example", own) == (True, [], False)


# Stop or skip


def test_with_stop_nothing_is_imported_while_a_row_is_wrong(clerk):
    customer = a_customer("10001")
    a_user("known@x.example")
    run = an_import("10001,known@x.example,,,,orders,", "99999,jo@x.example,J,P,,orders,", by=clerk)

    with pytest.raises(people_import.RowsAreWrong):
        applied(run, clerk)

    assert rights_of("known@x.example", customer) is None
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED


def test_with_skip_the_right_rows_are_imported(clerk):
    customer = a_customer("10001")
    a_user("known@x.example")
    run = an_import("10001,known@x.example,,,,orders,", "99999,jo@x.example,J,P,,orders,", by=clerk)

    found = applied(run, clerk, OnError.SKIP)

    assert (found["did_created"], found["wrong"]) == (1, 1)
    assert rights_of("known@x.example", customer) == (False, ["orders"], False)


def test_a_file_without_a_right_row_imports_nothing(clerk):
    for rows in ([], ["99999,jo@x.example,J,P,,orders,"]):
        run = an_import(*rows, by=clerk)
        with pytest.raises(people_import.NothingToImport):
            applied(run, clerk, OnError.SKIP)


def test_what_became_wrong_since_the_check_sends_the_file_back(clerk):
    customer = a_customer("10001")
    user = a_user("known@x.example")
    run = an_import("10001,known@x.example,,,,orders,", by=clerk)
    people_import.confirm(import_id=run.pk, on_error=OnError.STOP, by=clerk, now=timezone.now())

    membership.close_access(user_id=user.pk, now=timezone.now())
    people_import.work(clock=timezone.now)

    run.refresh_from_db()
    assert (run.state, run.failure) == (
        ImportState.CHECKED,
        "Rows have become wrong since the check, so nothing was imported.",
    )
    assert len(errors(run)) == 1
    assert rights_of("known@x.example", customer) is None


def apply_while_access_is_closed(run, email, clerk, on_error):
    """Somebody's access is closed after the last check, a moment before the rows are applied."""
    calls = count(1)

    def clock():
        # The first three moments belong to the check.
        if next(calls) == 4:
            User.objects.filter(email=email).update(is_active=False)
        return timezone.now()

    people_import.confirm(import_id=run.pk, on_error=on_error, by=clerk, now=timezone.now())
    people_import.work(clock=clock)
    run.refresh_from_db()
    return people_import.counts(run)


ROWS = [f"10001,{name}@x.example,{name},X,,orders," for name in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("on_error", "state", "members"),
    [
        (OnError.SKIP, ImportState.DONE, {"a@x.example", "c@x.example", "d@x.example"}),
        # Rows of one customer go together, so none of them is done.
        (OnError.STOP, ImportState.STOPPED, set()),
    ],
)
def test_a_row_refused_in_between_is_left_out_or_stops_there(clerk, on_error, state, members):
    a_customer("10001")
    a_customer("10002")
    for name in ("a", "b", "c", "d"):
        a_user(f"{name}@x.example")
    run = an_import(*ROWS, "10002,d@x.example,D,X,,orders,", by=clerk)

    found = apply_while_access_is_closed(run, "b@x.example", clerk, on_error)

    assert (run.state, found["did_failed"], found["left"]) == (state, 1, 3 - len(members))
    assert set(Membership.objects.values_list("user__email", flat=True)) == members
    assert errors(run) == [
        (3, "Email", "b@x.example", "The access of this e-mail address was closed.", "")
    ]


# Once, whoever confirms and whatever dies


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_confirm_at_once_one_does():
    a_customer("10001")
    clerks = [a_clerk(), a_clerk()]
    run = an_import(*ROWS, by=clerks[0])

    outcomes = at_once(
        *(
            partial(
                people_import.confirm,
                import_id=run.pk,
                on_error=OnError.STOP,
                by=clerk,
                now=timezone.now(),
            )
            for clerk in clerks
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PeopleImport", "Settled"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_apply_each_row_once():
    a_customer("10001")
    clerk = a_clerk()
    run = an_import(*ROWS, by=clerk)
    people_import.confirm(import_id=run.pk, on_error=OnError.STOP, by=clerk, now=timezone.now())

    at_once(*[partial(people_import.work, clock=timezone.now)] * 2)
    people_import.work(clock=lambda: timezone.now() + people_import.CLAIM)

    run.refresh_from_db()
    assert run.state == ImportState.DONE
    assert OutgoingMessage.objects.filter(kind="invitation").count() == 3


def test_a_worker_that_died_is_followed_by_one_that_goes_on(clerk):
    a_customer("10001")
    run = an_import(*ROWS, by=clerk)
    people_import.confirm(import_id=run.pk, on_error=OnError.STOP, by=clerk, now=timezone.now())

    class Died(Exception):
        pass

    calls = count(1)

    def dying_clock():
        if next(calls) > 6:
            raise Died
        return timezone.now()

    with pytest.raises(Died):
        people_import.work(clock=dying_clock)
    people_import.work(clock=timezone.now)
    claimed = PeopleImport.objects.get(pk=run.pk).state
    people_import.work(clock=lambda: timezone.now() + 2 * people_import.CLAIM)

    run.refresh_from_db()
    assert claimed != ImportState.DONE
    assert run.state == ImportState.DONE
    assert OutgoingMessage.objects.filter(kind="invitation").count() == 3


def test_an_import_takes_only_legal_steps(clerk):
    run = an_import(by=clerk)

    assert set(IMPORT_MOVES) == set(ImportState)
    with pytest.raises(Exception, match="checked -> done"):
        run.move_to(ImportState.DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeopleImport.objects.update(state="done")
    with pytest.raises(IntegrityError), transaction.atomic():
        PeopleImport.objects.update(state="lost")


def test_old_imports_are_forgotten_with_their_rows_and_files(clerk):
    a_customer("10001")
    an_import(*ROWS, by=clerk)
    StoredFile.objects.update(kept_at=timezone.now() - people_import.KEPT)
    fresh = PeopleImport.objects.count()
    forget_imports()
    kept = PeopleImport.objects.count()
    PeopleImport.objects.update(created_at=timezone.now() - people_import.KEPT)

    forget_imports()

    assert (fresh, kept) == (1, 1)
    assert (PeopleImport.objects.count(), PeopleImportRow.objects.count()) == (0, 0)
    assert not StoredFile.objects.exists()


# Files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Missing: Customer Number, Email."),
        (b"10001,jo@x.example\n", "Missing: Customer Number, Email."),
        (b"Email,Action\njo@x.example,Set\n", "Missing: Customer Number."),
        (b"Customer Number,Email,e-mail\n", "A column is there twice."),
        (b"PK\x03\x04spreadsheet", "Save it as CSV"),
        (b"\x00" * 100, "Missing"),
        (b"%PDF-1.7\n\xff\xfe\xfd", "Missing"),
        (b"Customer Number,Email\n" + b"1,a@x.example\n" * 20_002, "more than 20000 rows"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(office, content, words):
    response = office.post(PAGE, {"kind": "members", "file": SimpleUploadedFile("x.csv", content)})

    form = response.context["form"]
    assert list(form.errors) == ["file"]
    # Django itself refuses an empty one.
    assert words in form.errors["file"][0] or content == b""
    assert not PeopleImport.objects.exists()


def test_no_file_and_a_kind_that_does_not_exist_are_told(office):
    response = office.post(PAGE, {"kind": "everybody"})

    assert set(response.context["form"].errors) == {"kind", "file"}


def test_a_row_that_never_ends_is_told_when_it_is_read(clerk):
    content = a_file() + b'10001,"' + b"x" * 200_000
    run = people_import.upload(
        kind=importing.MEMBERS, name="x", content=content, by=clerk, now=timezone.now()
    )

    people_import.work(clock=timezone.now)

    run.refresh_from_db()
    assert (run.state, "quotation mark" in run.failure) == (ImportState.UNREADABLE, True)


def test_what_a_file_calls_itself_changes_nothing(office):
    name = "../../" + "n" * 300 + ".csv"
    response = office.post(
        PAGE, {"kind": "members", "file": SimpleUploadedFile(name, a_file(*ROWS))}
    )

    assert "file" in response.context["form"].errors


# The pages


def test_the_journey_of_a_file(office, clerk):
    customer = a_customer("10001")
    a_user("known@x.example")
    content = a_file("10001,known@x.example,,,,orders,", "99999,jo@x.example,J,P,,orders,")

    sent = office.post(PAGE, {"kind": "members", "file": SimpleUploadedFile("rights.csv", content)})
    address = sent["Location"]
    waiting = office.get(address).content.decode()
    import_people()
    checked = office.get(address)
    refused = office.post(address, {"on_error": "stop"})
    unchosen = office.post(address, {})
    confirmed = office.post(address, {"on_error": "skip"})
    again = office.post(address, {"on_error": "skip"})
    import_people()
    done = office.get(address)

    assert address.startswith(PAGE)
    assert ("Being checked" in waiting, 'hx-trigger="every 2s"' in waiting) == (True, True)
    assert checked.context["errors"] == [
        (3, "Customer Number", "99999", "There is no customer with this number.", "")
    ]
    assert "Nothing was imported, because rows are wrong." in refused.content.decode()
    assert list(unchosen.context["form"].errors) == ["on_error"]
    assert (confirmed["Location"], again["Location"]) == (address, address)
    assert (done.context["counts"]["made"], "every 2s" in done.content.decode()) == (1, False)
    assert rights_of("known@x.example", customer) == (False, ["orders"], False)
    assert office.get(PAGE).context["runs"][0].file_name == "rights.csv"


def test_wrong_rows_come_back_to_be_corrected(office, clerk):
    run = an_import("99999,jo@x.example,=J,P,perhaps,orders,", by=clerk)

    content = b"".join(office.get(f"{PAGE}{run.pk}/wrong-rows.csv").streaming_content)

    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == ",".join([*importing.MEMBERS.heads, "Row", "Error"])
    assert lines[1] == (
        "99999,jo@x.example,'=J,P,perhaps,orders,,,,2,\"Customer Number: There is no customer with"
        ' this number. Account Admin: This is neither Yes nor No. (Yes, No)"'
    )


def test_a_file_that_is_not_used_imports_nothing(office, clerk):
    a_customer("10001")
    run = an_import(*ROWS, by=clerk)

    response = office.post(f"{PAGE}{run.pk}/withdraw/")
    after = office.post(f"{PAGE}{run.pk}/", {"on_error": "stop"})

    assert response["Location"] == PAGE
    assert after["Location"] == f"{PAGE}{run.pk}/"
    import_people()
    assert not Invitation.objects.exists()


def test_an_import_that_was_confirmed_cannot_be_withdrawn(office, clerk):
    a_customer("10001")
    run = an_import(*ROWS, by=clerk)
    applied(run, clerk)

    office.post(f"{PAGE}{run.pk}/withdraw/")

    run.refresh_from_db()
    assert run.state == ImportState.DONE


def test_the_sample_is_right_where_its_customers_exist(office, clerk):
    a_customer("10001")
    a_customer("10002")
    content = b"".join(office.get(f"{PAGE}sample-members.csv").streaming_content)

    run = people_import.upload(
        kind=importing.MEMBERS, name="x", content=content, by=clerk, now=timezone.now()
    )
    people_import.work(clock=timezone.now)

    assert errors(run) == []
    assert office.get(f"{PAGE}sample-everybody.csv").status_code == 404


def test_htmx_gets_the_part_of_the_page_that_changes(office, clerk):
    run = an_import(*ROWS, by=clerk)

    part = office.get(f"{PAGE}{run.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="import"')


def test_staff_who_only_look_at_users_import_nobody(client):
    clerk = a_clerk()
    a_role("Looks", clerk, users="display")
    client.force_login(clerk)

    for path in (PAGE, f"{PAGE}rights.csv", f"{PAGE}sample-members.csv"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize("rows", [1, 5])
def test_checking_a_batch_costs_the_same_whatever_its_length(
    clerk, rows, django_assert_max_num_queries
):
    a_customer("10001")
    people_import.upload(
        kind=importing.MEMBERS,
        name="x",
        content=a_file(*(f"10001,p{number}@x.example,P,Q,,orders," for number in range(rows))),
        by=clerk,
        now=timezone.now(),
    )

    with django_assert_max_num_queries(28):
        people_import.work(clock=timezone.now)


def test_the_file_is_not_read_into_memory_by_the_worker(clerk):
    """Rows are written in batches while the file is read; the last batch is not the whole."""
    a_customer("10001")
    run = an_import(
        *(f"10001,p{number}@x.example,P,Q,,,Delete" for number in range(people_import.BATCH + 3)),
        by=clerk,
    )

    assert run.rows.count() == people_import.BATCH + 3
    assert run.done == people_import.BATCH + 3


def test_a_file_with_nothing_wrong_at_all_is_refused_as_a_table(clerk):
    with pytest.raises(NotReadable):
        people_import.upload(
            kind=importing.MEMBERS, name="x", content=b"\n\n\n", by=clerk, now=timezone.now()
        )
