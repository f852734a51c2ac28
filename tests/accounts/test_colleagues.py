"""The people of a customer: who sees them, who changes what of them, and when it acts."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from accounts.sections import Section
from accounts.services import colleagues, membership
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_user,
    an_admin,
)
from tests.threads import at_once

PAGE = "/colleagues/"
NOW = timezone.now()
pytestmark = pytest.mark.django_db


def page_of(user, customer):
    return f"{PAGE}{held_by(user, customer).pk}/"


def held_by(user, customer):
    return user.memberships.get(customer=customer)


def rights_of(user, customer):
    held = user.memberships.filter(customer=customer).first()
    return held and (held.is_admin, held.sections, held.covers_family)


def save(client, user, customer, **rights):
    return client.post(page_of(user, customer), {"customer": customer.reference, **rights})


def withdraw(client, user, customer, **more):
    address = f"{page_of(user, customer)}withdraw/"
    return client.post(address, {"customer": customer.reference, **more})


def kinds():
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_an_account_admin_sees_everybody_with_what_they_may_do(client):
    customer = a_customer("10001", name="Alfreds")
    admin = an_admin(customer, first_name="Hanna", last_name="Moos", email="hanna@alfreds.example")
    a_member(customer, "orders", "pay_invoices", first_name="Sam", last_name="Otter")
    a_member(customer, first_name="Liu", last_name="Wong", is_active=False)
    a_member(a_customer("10002"), first_name="Strange", last_name="Person")
    client.force_login(admin)

    rows = {row.name: row for row in client.get(PAGE).context["rows"]}

    assert list(rows) == ["Hanna Moos", "Sam Otter", "Liu Wong"]
    assert [
        (row.is_self, row.standing, held.rights, held.may_pay, held.may_be_changed)
        for row in rows.values()
        for held in row.holdings
    ] == [
        (True, "Active", "Account admin: everything", True, True),
        (False, "Active", "See orders, Pay invoices", True, True),
        (False, "Access closed", "", False, True),
    ]


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_takes_the_same_few_queries_whatever_its_length(
    client, people, django_assert_num_queries
):
    customer = a_customer()
    for _ in range(people):
        a_member(customer, "orders")
    client.force_login(an_admin(customer))
    client.get(PAGE)

    # Session, user, active customer, people, what they hold, invitations.
    with django_assert_num_queries(6):
        client.get(PAGE)


def test_people_come_by_ten_in_order_of_their_names_and_back(client):
    customer = a_customer()
    client.force_login(an_admin(customer, first_name="Zoe", last_name="Zander"))
    for number in range(14):
        a_member(customer, first_name="A", last_name=f"Person {number:02}")

    first = client.get(PAGE)
    second = client.get(first.context["listing"].newer)

    assert [row.name for row in first.context["rows"]] == [f"A Person {n:02}" for n in range(10)]
    assert [row.name for row in second.context["rows"]] == [
        *(f"A Person {n:02}" for n in range(10, 14)),
        "Zoe Zander",
    ]
    assert "15 people" in first.content.decode()


@pytest.mark.parametrize("text", ["otter", "SAM OTTER", "otter sam", "sam@", " otter "])
def test_a_person_is_found_by_names_and_address(client, text):
    customer = a_customer()
    client.force_login(an_admin(customer, first_name="Hanna", last_name="Moos"))
    a_member(customer, first_name="Sam", last_name="Otter", email="sam@alfreds.example")

    assert [row.name for row in client.get(PAGE, {"q": text}).context["rows"]] == ["Sam Otter"]


def test_nobody_found_offers_to_clear_the_search(client):
    client.force_login(an_admin(a_customer()))

    page = client.get(PAGE, {"q": "nobody like it"}).content.decode()

    assert "Nobody found" in page
    assert f'href="{PAGE}">Clear search' in page


@pytest.mark.parametrize("nonsense", ["\x00", "a" * 5000, "%", "'", "\u202e"])
def test_nonsense_in_the_search_never_fails_the_page(client, nonsense):
    client.force_login(an_admin(a_customer()))

    assert client.get(PAGE, {"q": nonsense}).status_code == 200


def test_htmx_gets_the_part_of_the_page_that_changes(client):
    client.force_login(an_admin(a_customer()))

    part = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="results"')
    assert part in client.get(PAGE).content.decode()


def test_the_last_sign_in_shows_since_the_person_is_a_member_and_not_before(client):
    customer = a_customer()
    client.force_login(an_admin(customer, last_name="Admin"))
    a_member(a_customer(), user=(user := a_user(last_name="Bee", last_login=NOW)))
    a_member(customer, user=user)

    elsewhere = client.get(PAGE).context["rows"][1].last_sign_in
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    here = client.get(PAGE).context["rows"][1].last_sign_in

    assert (elsewhere, here) == (None, user.last_login)


def test_the_people_of_the_family_are_among_those_of_each_customer(client):
    family = a_family()
    customer, sibling = a_customer(family=family), a_customer(family=family)
    admin = an_admin(customer, last_name="Admin")
    above = a_member(sibling, "orders", covers_family=True, last_name="Covers")
    a_member(sibling, "orders", last_name="Sibling")
    both = a_member(sibling, "invoices", covers_family=True, last_name="Twice")
    a_member(customer, "orders", user=both)
    client.force_login(admin)

    rows = client.get(PAGE).context["rows"]

    assert [
        (row.email, [(held.covers_family, held.may_be_changed) for held in row.holdings])
        for row in rows
    ] == [
        (admin.email, [(False, True)]),
        (above.email, [(True, False)]),
        (both.email, [(False, True), (True, False)]),
    ]


def test_a_change_of_rights_replaces_what_was_granted_and_is_noted(client):
    customer = a_customer()
    admin = an_admin(customer)
    user = a_member(customer, "orders")
    client.force_login(admin)

    page = client.get(page_of(user, customer)).context["form"]
    response = save(
        client, user, customer, sections=["invoices", "place_orders"], payments=["pay_invoices"]
    )

    entry = AuditEntry.objects.latest("pk")
    assert page.initial["sections"] == ["orders"]
    assert response["Location"] == PAGE
    assert rights_of(user, customer) == (
        False,
        ["invoices", "pay_invoices", "place_orders"],
        False,
    )
    assert (entry.kind, entry.customer, entry.actor, entry.before, entry.after) == (
        "membership_changed",
        customer,
        admin,
        {"sections": ["orders"]},
        {"sections": ["invoices", "pay_invoices", "place_orders"]},
    )
    assert user.email in entry.subject


def test_saving_the_same_rights_again_notes_nothing(client):
    customer = a_customer()
    client.force_login(an_admin(customer))
    user = a_member(customer, "orders")
    before = kinds()

    save(client, user, customer, sections=["orders"])

    assert kinds() == before


def test_a_colleague_becomes_account_admin_and_is_limited_again(client):
    customer = a_customer()
    client.force_login(an_admin(customer))
    user = a_member(customer)

    save(client, user, customer, is_admin="on", sections=["orders"])
    as_admin = rights_of(user, customer)
    save(client, user, customer)

    assert (as_admin, rights_of(user, customer)) == ((True, ["orders"], False), (False, [], False))


def test_a_withdrawal_is_asked_first_and_then_takes_every_right(client):
    customer = a_customer("10001", name="Alfreds")
    client.force_login(an_admin(customer))
    user = a_member(customer, "orders", first_name="Sam", last_name="Otter")

    question = client.get(f"{page_of(user, customer)}withdraw/").content.decode()
    still = rights_of(user, customer)
    response = withdraw(client, user, customer)

    assert "Withdraw every right of Sam Otter?" in question
    assert still == (False, ["orders"], False)
    assert response["Location"] == PAGE
    assert rights_of(user, customer) is None
    assert kinds()[-1] == "membership_withdrawn"


@pytest.mark.parametrize("value", ["everything", "\x00", "a" * 5000, "orders; drop"])
@pytest.mark.parametrize("field", ["sections", "payments"])
def test_a_section_that_does_not_exist_is_refused_at_its_field(client, field, value):
    customer = a_customer()
    client.force_login(an_admin(customer))
    user = a_member(customer, "orders")

    response = save(client, user, customer, **{field: [value]})

    assert list(response.context["form"].errors) == [field]
    assert "<title>Error: " in response.content.decode()
    assert rights_of(user, customer) == (False, ["orders"], False)


# Who may open the pages


def test_members_without_the_right_to_manage_are_told_whom_to_ask(client):
    customer = a_customer()
    an_admin(customer, email="hanna@alfreds.example")
    others = [section for section in Section if section != Section.MANAGE_USERS]
    client.force_login(user := a_member(customer, *others))

    for path in (PAGE, page_of(user, customer), f"{page_of(user, customer)}withdraw/"):
        response = client.get(path)
        assert (response.status_code, "hanna@alfreds.example" in response.content.decode()) == (
            403,
            True,
        )


def test_a_colleague_of_another_customer_does_not_exist(client):
    own, other = a_customer("10001"), a_customer("10002")
    stranger = a_member(other, "orders")
    an_admin(other)
    client.force_login(an_admin(own))

    assert client.get(page_of(stranger, other)).status_code == 404
    address = f"{page_of(stranger, other)}withdraw/"
    assert client.post(address, {"customer": own.reference}).status_code == 404
    assert rights_of(stranger, other) == (False, ["orders"], False)


def test_staff_manage_nobodys_colleagues(client):
    an_admin(a_customer())
    client.force_login(a_clerk())

    assert client.get(PAGE)["Location"] == "/office/"


def test_who_manages_users_without_being_admin_gives_what_that_person_holds_and_no_more(client):
    customer = a_customer()
    an_admin(customer)
    user = a_member(customer, "invoices", "place_orders")
    client.force_login(a_member(customer, "orders", "place_orders", "manage_users"))

    form = client.get(page_of(user, customer)).context["form"]
    save(client, user, customer, sections=["orders"])
    refused = save(client, user, customer, sections=["invoices"])

    assert list(form.fields) == ["sections"]
    assert [value for value, _label in form.fields["sections"].choices] == [
        "orders",
        "place_orders",
        "manage_users",
    ]
    # What the person does not hold stays as the account admin gave it.
    assert rights_of(user, customer) == (False, ["invoices", "orders"], False)
    assert list(refused.context["form"].errors) == ["sections"]


def test_who_manages_users_without_being_admin_leaves_account_admins_alone(client):
    customer = a_customer()
    admin = an_admin(customer, last_name="Admin")
    an_admin(customer)
    client.force_login(a_member(customer, *Section, last_name="Bee"))

    rows = {row.email: row.holdings[0].may_be_changed for row in client.get(PAGE).context["rows"]}

    assert rows[admin.email] is False
    assert client.get(page_of(admin, customer)).status_code == 403
    assert save(client, admin, customer).status_code == 403
    assert withdraw(client, admin, customer).status_code == 403
    assert rights_of(admin, customer) == (True, [], False)


@pytest.mark.parametrize("extra", [{"is_admin": "on"}, {"covers_family": "on"}])
def test_who_manages_users_cannot_post_what_the_form_does_not_ask(client, extra):
    customer = a_customer(family=a_family())
    an_admin(customer)
    user = a_member(customer, "orders")
    client.force_login(a_member(customer, *Section))

    save(client, user, customer, sections=["orders"], **extra)

    assert rights_of(user, customer) == (False, ["orders"], False)


def test_rights_at_the_whole_family_are_given_by_those_who_manage_it(client):
    family = a_family()
    customer, sibling = a_customer(family=family), a_customer(family=family)
    user = a_member(customer, "orders")
    client.force_login(an_admin(customer))
    own_form = client.get(page_of(user, customer)).context["form"]
    above = an_admin(sibling, covers_family=True)
    client.force_login(above)
    client.post("/customers/", {"customer": customer.reference})

    save(client, user, customer, sections=["orders"], covers_family="on")

    assert "covers_family" not in own_form.fields
    assert rights_of(user, customer) == (False, ["orders"], True)
    assert set(user.customers()) == {customer, sibling}


def test_an_account_admin_of_one_customer_does_not_touch_rights_at_the_family(client):
    family = a_family()
    customer, sibling = a_customer(family=family), a_customer(family=family)
    above = a_member(sibling, "orders", covers_family=True)
    client.force_login(an_admin(customer))

    assert client.get(page_of(above, sibling)).status_code == 403
    assert withdraw(client, above, sibling).status_code in {403, 409}
    assert rights_of(above, sibling) == (False, ["orders"], True)


def test_rights_at_a_family_that_the_erp_dissolved_can_still_be_changed(client):
    customer = a_customer()
    user = a_member(customer, "orders", covers_family=True)
    client.force_login(an_admin(customer))

    save(client, user, customer, sections=["invoices"])

    assert rights_of(user, customer) == (False, ["invoices"], False)


# The last admin, and one's own rights


@pytest.mark.parametrize("way", [save, withdraw])
def test_the_last_account_admin_cannot_lock_the_customer_out(client, way):
    customer = a_customer("10001", name="Alfreds")
    admin = an_admin(customer)
    client.force_login(admin)

    response = way(client, admin, customer, confirmed="yes")
    words = client.get(PAGE).content.decode() + response.content.decode()

    assert "10001 Alfreds would be left without an account admin." in words
    assert rights_of(admin, customer) == (True, [], False)


def test_giving_up_ones_own_rights_is_asked_back_with_what_was_chosen(client):
    customer = a_customer()
    admin = an_admin(customer)
    an_admin(customer)
    client.force_login(admin)

    question = save(client, admin, customer, sections=["orders"], payments=["pay_invoices"])
    still = rights_of(admin, customer)
    answer = save(
        client, admin, customer, sections=["orders"], payments=["pay_invoices"], confirmed="yes"
    )

    text = question.content.decode()
    assert (question.status_code, still) == (409, (True, [], False))
    for held in ('name="sections" value="orders"', 'name="payments" value="pay_invoices"'):
        assert held in text
    assert answer["Location"] == "/"
    assert rights_of(admin, customer) == (False, ["orders", "pay_invoices"], False)


def test_a_change_of_ones_own_rights_that_gives_nothing_up_is_not_asked_back(client):
    customer = a_customer()
    admin = an_admin(customer)
    client.force_login(admin)

    save(client, admin, customer, is_admin="on", sections=["orders"])

    assert rights_of(admin, customer) == (True, ["orders"], False)


def test_leaving_is_asked_in_other_words_and_needs_them(client):
    customer = a_customer("10001", name="Alfreds")
    admin = an_admin(customer)
    an_admin(customer)
    client.force_login(admin)

    question = client.get(f"{page_of(admin, customer)}withdraw/").content.decode()
    unasked = withdraw(client, admin, customer)
    still = rights_of(admin, customer)
    withdraw(client, admin, customer, confirmed="yes")

    assert "Leave this customer?" in question
    assert 'name="confirmed" value="yes"' in question
    assert (unasked["Location"], still) == (PAGE, (True, [], False))
    assert rights_of(admin, customer) is None


def deciding(service, by, user, customer, **rights):
    return partial(
        service,
        membership_id=held_by(user, customer).pk,
        customer=customer,
        by=by,
        now=NOW,
        **rights,
    )


LIMIT = {"sections": [], "is_admin": False, "covers_family": False}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("service", "rights"), [(colleagues.withdraw, {}), (colleagues.change, LIMIT)]
)
@pytest.mark.parametrize("others", [0, 1])
def test_of_two_account_admins_who_act_on_each_other_at_once_one_stays(service, rights, others):
    customer = a_customer()
    first, second = an_admin(customer), an_admin(customer)
    for _ in range(others):
        an_admin(customer)

    outcomes = at_once(
        deciding(service, first, second, customer, **rights),
        deciding(service, second, first, customer, **rights),
    )

    # The slower one is no account admin any more when its turn comes.
    assert sum(isinstance(outcome, colleagues.MayNot) for outcome in outcomes) == 1
    admins = Membership.objects.filter(customer=customer, is_admin=True)
    assert admins.count() == 1 + others


@pytest.mark.django_db(transaction=True)
def test_of_two_account_admins_who_leave_at_once_one_stays():
    customer = a_customer()
    first, second = an_admin(customer), an_admin(customer)

    outcomes = at_once(
        deciding(colleagues.withdraw, first, first, customer, confirmed=True),
        deciding(colleagues.withdraw, second, second, customer, confirmed=True),
    )

    assert sum(isinstance(outcome, membership.LastAdmin) for outcome in outcomes) == 1
    assert Membership.objects.filter(customer=customer, is_admin=True).count() == 1


def test_a_colleague_who_left_meanwhile_is_told_of_and_nothing_fails(client):
    customer = a_customer()
    client.force_login(an_admin(customer))
    user = a_member(customer)
    address = page_of(user, customer)

    membership.withdraw(user_id=user.pk, customer_id=customer.pk, now=NOW)

    assert client.post(address, {"customer": customer.reference}).status_code == 404


# Acting at once


def open_orders(client):
    """What a click in a page that is open already gets."""
    return client.get("/orders/").status_code


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda client, user, customer: save(client, user, customer), 403),
        (lambda client, user, customer: withdraw(client, user, customer), 302),
        (lambda _client, user, _: membership.close_access(user_id=user.pk, now=NOW), 302),
    ],
    ids=["limited", "withdrawn", "closed"],
)
def test_what_is_taken_is_gone_with_the_next_click(client, change, answer):
    customer = a_customer()
    user = a_member(customer, "orders")
    other = type(client)()
    other.force_login(user)
    client.force_login(an_admin(customer))
    before = open_orders(other)

    change(client, user, customer)

    assert (before, open_orders(other)) == (200, answer)


def test_what_is_given_opens_with_the_next_click(client):
    customer = a_customer()
    user = a_member(customer)
    other = type(client)()
    other.force_login(user)
    client.force_login(an_admin(customer))
    before = open_orders(other)

    save(client, user, customer, sections=["orders"])

    assert (before, open_orders(other)) == (403, 200)


def test_an_account_admin_who_was_limited_meanwhile_saves_nothing(client):
    customer = a_customer()
    admin, user = an_admin(customer), a_member(customer, "orders")
    an_admin(customer)
    client.force_login(admin)
    client.get(page_of(user, customer))

    membership.grant(user_id=admin.pk, customer_id=customer.pk, sections=["orders"], now=NOW)
    response = save(client, user, customer, is_admin="on")

    assert response.status_code == 403
    assert rights_of(user, customer) == (False, ["orders"], False)


def test_a_form_drawn_for_another_customer_is_asked_back(client):
    first, second = a_customer("10001"), a_customer("10002")
    admin = an_admin(first)
    an_admin(second, user=admin)
    user = a_member(first, "orders")
    client.force_login(admin)
    client.post("/customers/", {"customer": "10002"})

    response = save(client, user, first, sections=["invoices"])

    assert response.status_code == 409
    assert rights_of(user, first) == (False, ["orders"], False)


def test_nothing_of_a_name_reaches_the_page_as_markup(client):
    customer = a_customer()
    client.force_login(an_admin(customer))
    user = a_member(customer, first_name="<script>alert(1)</script>", last_name="<b onclick=x>")

    for path in (PAGE, page_of(user, customer), f"{page_of(user, customer)}withdraw/"):
        text = client.get(path).content.decode()
        assert ("<script>alert" in text, "<b onclick" in text) == (False, False)


# Menus and the download


def menu_of(client):
    client.get("/")
    return [str(link.label) for link in client.get("/account/").context["menu"].person]


@pytest.mark.parametrize(
    ("has_family", "is_admin", "shown"),
    [
        (True, True, {"My account", "Switch customer", "Download sub-accounts", "Colleagues"}),
        (True, False, {"My account", "Switch customer"}),
        (False, True, {"My account", "Colleagues"}),
        (False, False, {"My account"}),
    ],
)
def test_the_menu_has_what_the_statistics_id_and_the_kind_of_user_allow(
    client, has_family, is_admin, shown
):
    customer = a_customer(family=a_family() if has_family else None)
    client.force_login(a_member(customer, "orders", "invoices", is_admin=is_admin))

    # What everybody has beside these (addresses, profile, security) is the same for all four.
    depends = {"My account", "Switch customer", "Download sub-accounts", "Colleagues"}
    assert set(menu_of(client)) & depends == shown


def lines_of(response):
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert content.endswith("\r\n")
    return content.split("\r\n")[:-1]


def test_the_download_has_the_four_columns_and_every_sub_account(client):
    customer = a_customer(family=a_family())
    admin = an_admin(customer, first_name="Hanna", last_name="Moos", email="hanna@alfreds.example")
    a_member(
        customer,
        "orders",
        "invoices",
        "pay_invoices",
        first_name="Sam",
        last_name="Otter",
        email="sam@alfreds.example",
    )
    a_member(customer, first_name="Zoe", last_name="None", email="zoe@alfreds.example")
    a_member(customer, "pay_on_account", last_name="P", email="=p@alfreds.example")
    a_member(customer, "orders", is_active=False)
    client.force_login(admin)

    response = client.get(f"{PAGE}export.csv")

    assert response["Content-Disposition"] == 'attachment; filename="sub-accounts.csv"'
    assert lines_of(response) == [
        "Name,Email,Allowed Sections,Make Payment",
        'Hanna Moos,hanna@alfreds.example,"View Order History, View Invoice History, View Pay '
        'Invoices, Pay on Account, Place Orders, Approve Offers, Manage Users",Yes',
        "Zoe None,zoe@alfreds.example,,No",
        'Sam Otter,sam@alfreds.example,"View Order History, View Invoice History, View Pay '
        'Invoices",Yes',
        "Maria P,'=p@alfreds.example,Pay on Account,Yes",
    ]


def test_the_download_covers_the_customers_of_the_family_that_the_person_manages(client):
    family = a_family()
    own, sibling, other = (a_customer(family=family) for _ in range(3))
    admin = an_admin(own, last_name="A")
    an_admin(sibling, user=admin)
    a_member(sibling, "orders", last_name="B")
    a_member(other, "orders", last_name="Of another")
    a_member(other, "invoices", last_name="C", covers_family=True)
    twice = a_member(own, "orders", last_name="D")
    a_member(sibling, "pay_invoices", user=twice)
    a_member(a_customer(family=a_family()), "orders", last_name="Stranger")
    client.force_login(admin)
    client.post("/customers/", {"customer": own.reference})

    names = [line.split(",", 1)[0] for line in lines_of(client.get(f"{PAGE}export.csv"))]
    covering = an_admin(own, covers_family=True, last_name="E")
    client.force_login(covering)
    client.post("/customers/", {"customer": own.reference})
    all_lines = lines_of(client.get(f"{PAGE}export.csv"))

    assert names == ["Name", "Maria A", "Maria B", "Maria C", "Maria D"]
    assert [line.split(",", 1)[0] for line in all_lines[-1:]] == ["Maria Of another"]
    assert f'Maria D,{twice.email},"View Order History, View Pay Invoices",Yes' in all_lines


def test_the_download_is_for_account_admins_with_a_statistics_id(client):
    plain, of_family = a_customer(), a_customer(family=a_family())
    an_admin(of_family)

    for user, answer in [
        (an_admin(plain), 404),
        (a_member(of_family, *Section), 403),
        (a_member(of_family, "orders"), 403),
        (an_admin(of_family), 200),
    ]:
        client.force_login(user)
        assert client.get(f"{PAGE}export.csv").status_code == answer


def test_the_download_is_read_in_batches(client, django_assert_num_queries):
    customer = a_customer(family=a_family())
    for _ in range(5):
        a_member(customer, "orders")
    client.force_login(an_admin(customer))
    client.get("/")

    # Session, user, active customer, people, what they hold.
    with django_assert_num_queries(5):
        assert len(lines_of(client.get(f"{PAGE}export.csv"))) == 7
