"""Inviting by e-mail: what is refused, what the address learns, and what accepting brings."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Membership, OutgoingMessage, User
from accounts.sections import Section
from accounts.services import account_settings, company, inviting, membership
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_user,
    an_admin,
    an_invitation,
    link_sent_to,
)
from tests.threads import at_once

PAGE = "/colleagues/"
INVITE = "/colleagues/invite/"
JO = "jo@customer.example"
NEW = {"first_name": "Jo", "last_name": "Park", "password": "Green bottles 7"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds")


@pytest.fixture
def admin(customer):
    return an_admin(customer, first_name="Hanna", last_name="Moos", email="hanna@alfreds.example")


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def post(client, customer, **fields):
    fields = {
        "customer": customer.reference,
        "email": JO,
        "first_name": "Jo",
        "last_name": "Park",
        "sections": ["orders"],
    } | fields
    return client.post(INVITE, fields)


def act(client, invitation, what):
    address = f"{PAGE}invitations/{invitation.pk}/{what}/"
    return client.post(address, {"customer": invitation.customer.reference})


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def rights_of(email, customer):
    held = Membership.objects.filter(user__email=email, customer=customer).first()
    return held and (held.is_admin, held.sections, held.covers_family)


def kinds():
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


# Inviting


def test_an_invitation_is_mailed_noted_and_shown_without_giving_anything_yet(signed_in, customer):
    response = post(
        signed_in,
        customer,
        email=" Jo@Customer.EXAMPLE ",
        sections=["orders", "invoices"],
        payments=["pay_invoices"],
    )

    [message] = OutgoingMessage.objects.all()
    [row] = signed_in.get(PAGE).context["invitations"]
    entry = AuditEntry.objects.latest("pk")
    assert response["Location"] == PAGE
    assert (message.recipient_address, message.kind, message.customer) == (
        JO,
        "invitation",
        customer,
    )
    for words in ("Hanna Moos", "10001 Alfreds", "See orders, See invoices, Pay invoices"):
        assert words in message.body_text
    assert "/p/…/" in message.body_text
    assert (row.name, row.email, row.rights, row.inviter, row.has_expired) == (
        "Jo Park",
        JO,
        "See orders, See invoices, Pay invoices",
        "Hanna Moos",
        False,
    )
    assert (entry.kind, entry.customer, entry.after["sections"]) == (
        "invitation_sent",
        customer,
        ["invoices", "orders", "pay_invoices"],
    )
    assert not User.objects.filter(email=JO).exists()


def test_the_form_starts_with_what_most_may_see(signed_in):
    form = signed_in.get(INVITE).context["form"]

    assert form.initial["sections"] == ["orders", "invoices"]
    assert list(form.fields) == [
        "email",
        "first_name",
        "last_name",
        "is_admin",
        "sections",
        "payments",
    ]


def test_every_empty_field_is_told_and_what_was_typed_stays(signed_in, customer):
    response = post(signed_in, customer, email=" ", first_name="", last_name=" ", sections=[])

    assert set(errors(response)) == {"email", "first_name", "last_name", "sections"}
    assert "<title>Error: " in response.content.decode()
    half = post(signed_in, customer, last_name="", first_name="Jöhännä")
    assert 'value="Jöhännä"' in half.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "jo"),
        ("email", "jo@customer"),
        ("email", "jo@customer.example, eve@customer.example"),
        ("email", "jo@customer.example\r\nBcc: eve@customer.example"),
        ("email", "j\u043e@customer.example"),
        ("email", "jo@\u0441ustomer.example"),
        ("email", "j" * 300 + "@customer.example"),
        ("email", "\x00"),
        ("first_name", "J" * 151),
        ("last_name", "P" * 5000),
        ("last_name", "Park\x00"),
        ("sections", ["everything"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(signed_in, customer, field, value):
    response = post(signed_in, customer, **{field: value})

    assert list(errors(response)) == [field]
    assert not OutgoingMessage.objects.exists()


@pytest.mark.parametrize(
    "names",
    [
        {"first_name": "Þórunn", "last_name": "Ægisdóttir"},
        {"first_name": "Мария", "last_name": "Иванова"},
        {"first_name": "麗", "last_name": "王"},
        {"first_name": "محمد", "last_name": "علي"},
    ],
)
def test_names_of_every_script_are_kept(signed_in, customer, names):
    post(signed_in, customer, **names)

    [row] = signed_in.get(PAGE).context["invitations"]
    assert row.name == f"{names['first_name']} {names['last_name']}"


def test_an_address_with_a_plus_is_an_address_of_its_own(signed_in, customer):
    for email in (JO, "jo+orders@customer.example"):
        post(signed_in, customer, email=email)

    assert set(Invitation.objects.values_list("email", flat=True)) == {
        JO,
        "jo+orders@customer.example",
    }


def test_ones_own_address_a_colleagues_and_an_invited_one_are_told_apart(
    signed_in, customer, admin
):
    a_member(customer, email="sam@customer.example")
    post(signed_in, customer)

    assert errors(post(signed_in, customer, email=admin.email.upper())) == {
        "email": ["That is your own address. You are a member already."]
    }
    assert errors(post(signed_in, customer, email="sam@customer.example")) == {
        "email": ["The person with this address is your colleague already."]
    }
    assert errors(post(signed_in, customer, email="JO@customer.example")) == {
        "email": [
            "This address is invited already. Send that invitation again, or withdraw it first."
        ]
    }


def test_a_colleague_by_the_family_is_a_colleague_already(client):
    family = a_family()
    customer = a_customer(family=family)
    a_member(a_customer(family=family), "orders", covers_family=True, email=JO)
    client.force_login(an_admin(customer))

    assert list(errors(post(client, customer))) == ["email"]


def test_an_address_of_the_office_is_refused_with_words(signed_in, customer):
    account_settings.keep(now=timezone.now(), internal_domains=["northwind-freight.example"])

    response = post(signed_in, customer, email="aino@Northwind-Freight.example")

    assert errors(response) == {
        "email": [
            f"This is an address of {company.current().name} itself, whose people have their own"
            " way in."
        ]
    }


@pytest.mark.parametrize(
    "fields", [{"is_blocked": True}, {"removed_at": timezone.now()}, {"group": "DEALER"}]
)
def test_a_closed_customer_takes_no_new_members(client, fields):
    account_settings.keep(now=timezone.now(), restricted_groups=["DEALER"])
    customer = a_customer("10009", name="Closed", **fields)
    client.force_login(an_admin(customer))

    response = post(client, customer)

    assert "Nobody can become a member of 10009 Closed" in errors(response)["__all__"][0]
    assert not Invitation.objects.exists()


def test_whoever_invites_learns_nothing_of_accounts_elsewhere(client, signed_in, customer):
    known = a_member(a_customer("20002"), "orders", first_name="Secret", last_name="Name")

    answers = [
        post(signed_in, customer, email=email, first_name="A", last_name="B")
        for email in (known.email, "nobody-has-this@customer.example")
    ]
    pages = signed_in.get(PAGE)

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, PAGE)] * 2
    rows = [(row.name, row.rights, row.inviter) for row in pages.context["invitations"]]
    assert rows[0] == rows[1]
    assert "Secret" not in pages.content.decode()
    noted = AuditEntry.objects.filter(kind="invitation_sent").order_by("pk")
    assert [entry.subject for entry in noted] == [
        f"A B ({known.email})",
        "A B (nobody-has-this@customer.example)",
    ]
    assert noted[0].after == noted[1].after


def test_the_reader_is_addressed_in_the_own_language_and_others_in_the_inviters(
    signed_in, customer
):
    known = a_user(language="fi")
    for email in (known.email, JO):
        post(signed_in, customer, email=email)

    languages = OutgoingMessage.objects.values_list("recipient_address", "language")
    assert dict(languages) == {known.email: "fi", JO: "en"}


def test_who_manages_users_without_being_admin_invites_to_no_more_than_that_person_holds(
    client, customer, admin
):
    client.force_login(a_member(customer, "orders", "manage_users"))
    form = client.get(INVITE).context["form"]

    refused = post(client, customer, sections=["invoices"])
    post(client, customer, is_admin="on", covers_family="on")

    assert list(form.fields) == ["email", "first_name", "last_name", "sections"]
    assert list(errors(refused)) == ["sections"]
    assert Invitation.objects.get().rights == {
        "is_admin": False,
        "sections": ["orders"],
        "covers_family": False,
    }


def test_who_manages_nobody_does_not_invite(client, customer, admin):
    client.force_login(a_member(customer, "orders"))

    assert client.get(INVITE).status_code == 403
    assert post(client, customer).status_code == 403
    assert not Invitation.objects.exists()


def test_too_many_invitations_that_wait_are_refused(signed_in, customer, admin):
    first = an_invitation(customer, by=admin)
    copies = [
        Invitation(
            **{
                field.attname: getattr(first, field.attname)
                for field in Invitation._meta.concrete_fields
                if field.name not in {"id", "email"}
            },
            email=f"{number}@customer.example",
        )
        for number in range(1, inviting.MOST_WAITING)
    ]
    Invitation.objects.bulk_create(copies)

    assert "Too many invitations wait" in errors(post(signed_in, customer))["__all__"][0]


def test_a_customer_that_sends_very_many_has_to_wait_between_two(signed_in, customer):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for number in range(inviting.SENDING.free):
            post(signed_in, customer, email=f"{number}@customer.example")
        refused = post(signed_in, customer)
        row = Invitation.objects.first()
        again = act(signed_in, row, "send")
    with time_machine.travel(now + inviting.SENDING.first_wait, tick=False):
        later = post(signed_in, customer)

    assert "Many invitations were sent from here today." in errors(refused)["__all__"][0]
    assert "Many invitations were sent from here today." in told(again)[0]
    assert later["Location"] == PAGE


@pytest.mark.django_db(transaction=True)
def test_of_two_account_admins_who_invite_one_address_at_once_one_does():
    customer = a_customer()
    call = partial(
        inviting.invite,
        customer=customer,
        email=JO,
        first_name="Jo",
        last_name="Park",
        sections=["orders"],
        now=timezone.now(),
    )

    outcomes = at_once(*(partial(call, by=an_admin(customer)) for _ in range(2)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "AlreadyInvited",
        "Invitation",
    ]
    assert (Invitation.objects.count(), OutgoingMessage.objects.count()) == (1, 1)


def test_the_database_keeps_one_open_invitation_an_address(customer, admin):
    first = an_invitation(customer, JO, by=admin)
    first.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


# Sending again and withdrawing


def test_sending_again_ends_the_former_link_and_begins_the_time_anew(
    client, signed_in, customer, admin
):
    before = timezone.now() - timedelta(days=15)
    with time_machine.travel(before):
        invitation = an_invitation(customer, JO, by=admin)
    first = link_sent_to(JO)
    expired = signed_in.get(PAGE).context["invitations"][0].has_expired

    response = act(signed_in, invitation, "send")

    second = link_sent_to(JO)
    client.logout()
    assert (expired, response["Location"]) == (True, PAGE)
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)
    assert kinds()[-1] == "invitation_sent_again"


def test_a_withdrawn_invitation_opens_nothing_and_the_address_can_be_invited_anew(
    client, signed_in, customer, admin
):
    invitation = an_invitation(customer, JO, by=admin)
    link = link_sent_to(JO)

    response = act(signed_in, invitation, "withdraw")
    again = post(signed_in, customer)

    client.logout()
    assert (response["Location"], again["Location"]) == (PAGE, PAGE)
    assert client.post(link, NEW).status_code == 410
    assert kinds()[-2:] == ["invitation_withdrawn", "invitation_sent"]
    assert rights_of(JO, customer) is None


@pytest.mark.parametrize("what", ["send", "withdraw"])
def test_an_answered_invitation_is_told_of(signed_in, customer, admin, what):
    invitation = an_invitation(customer, JO, by=admin)
    inviting.withdraw(invitation_id=invitation.pk, customer=customer, by=admin, now=timezone.now())

    response = act(signed_in, invitation, what)

    assert told(response) == ["That invitation was answered or withdrawn meanwhile."]


@pytest.mark.parametrize("what", ["send", "withdraw"])
def test_an_invitation_of_another_customer_is_out_of_reach(client, customer, admin, what):
    invitation = an_invitation(customer, JO, by=admin)
    other = a_customer("10002")
    client.force_login(an_admin(other))

    response = client.post(
        f"{PAGE}invitations/{invitation.pk}/{what}/", {"customer": other.reference}
    )

    assert told(response) == ["That invitation was answered or withdrawn meanwhile."]
    invitation.refresh_from_db()
    assert (invitation.withdrawn_at, OutgoingMessage.objects.count()) == (None, 1)


@pytest.mark.parametrize("what", ["send", "withdraw"])
def test_nothing_is_sent_or_withdrawn_by_get(signed_in, customer, admin, what):
    invitation = an_invitation(customer, JO, by=admin)

    assert signed_in.get(f"{PAGE}invitations/{invitation.pk}/{what}/").status_code == 405


def test_an_invitation_to_more_than_one_holds_is_left_alone(client, customer, admin):
    invitation = an_invitation(customer, JO, by=admin, sections=[], is_admin=True)
    client.force_login(a_member(customer, *Section))

    shown = client.get(PAGE).context["invitations"][0].may_be_changed
    response = act(client, invitation, "withdraw")

    assert shown is False
    assert "You may not change these rights." in told(response)[0]
    assert Invitation.objects.unanswered().count() == 1


@pytest.mark.parametrize("waiting", [1, 3])
def test_waiting_invitations_cost_one_query(
    signed_in, customer, admin, waiting, django_assert_num_queries
):
    for _ in range(waiting):
        an_invitation(customer, by=admin)
    signed_in.get(PAGE)

    # Session, user, active customer, people, what they hold, invitations.
    with django_assert_num_queries(6):
        signed_in.get(PAGE)


# Accepting


def test_a_stranger_accepts_with_name_and_password_and_is_in(client, customer, admin):
    an_invitation(customer, JO, by=admin, sections=["orders", "pay_invoices"])
    link = link_sent_to(JO)

    page = client.get(link)
    response = client.post(link, NEW | {"first_name": "Joanna"})
    home = client.get("/account/")

    user = User.objects.get(email=JO)
    assert page.context["form"].initial == {"first_name": "Jo", "last_name": "Park"}
    assert "10001 Alfreds" in page.content.decode()
    assert response["Location"] == "/"
    assert home.context["customer"] == customer
    assert (user.first_name, user.is_staff, user.email_verified_at is not None) == (
        "Joanna",
        False,
        True,
    )
    assert user.check_password(NEW["password"])
    assert rights_of(JO, customer) == (False, ["orders", "pay_invoices"], False)
    assert kinds()[-4:] == [
        "invitation_sent",
        "password_set",
        "invitation_accepted",
        "membership_granted",
    ]


def test_a_user_of_another_customer_accepts_without_a_password_and_signs_in(client, customer):
    other = a_customer("20002")
    user = a_member(other, "orders", email=JO, first_name="Own", last_name="Name")
    an_invitation(customer, JO, sections=["invoices"])
    link = link_sent_to(JO)

    page = client.get(link)
    response = client.post(link)

    user.refresh_from_db()
    assert page.context["form"] is None
    assert response["Location"] == "/accounts/login/"
    assert (user.get_full_name(), user.check_password(PASSWORD)) == ("Own Name", True)
    assert rights_of(JO, customer) == (False, ["invoices"], False)
    assert rights_of(JO, other) == (False, ["orders"], False)


def test_who_is_signed_in_accepts_and_works_for_the_new_customer_at_once(client, customer):
    user = a_member(a_customer("20002"), "orders", email=JO)
    an_invitation(customer, JO)
    client.force_login(user)

    response = client.post(link_sent_to(JO))

    assert response["Location"] == "/"
    assert client.get("/account/").context["customer"] == customer


def test_somebody_else_who_is_signed_in_takes_nothing(client, customer):
    other = a_member(a_customer("20002"), "orders")
    an_invitation(customer, JO)
    link = link_sent_to(JO)
    client.force_login(other)

    page = client.get(link).content.decode()
    refused = client.post(link, NEW)
    out = client.post(link, {"sign_out": "yes"})

    assert f"You are signed in as {other.email}." in page
    assert refused.status_code == 409
    assert (Membership.objects.filter(customer=customer, is_admin=False).count()) == 0
    assert out["Location"] == link
    assert client.get(link).context["form"] is not None


def test_opening_the_link_does_nothing_however_often(client, customer):
    an_invitation(customer, JO)
    link = link_sent_to(JO)
    before = kinds()

    for method in (client.get, client.head, client.get):
        assert method(link).status_code == 200

    assert kinds() == before
    assert not User.objects.filter(email=JO).exists()
    assert client.post(link, NEW)["Location"] == "/"


def test_a_link_works_once(client, customer):
    an_invitation(customer, JO)
    link = link_sent_to(JO)
    client.post(link, NEW)
    client.logout()

    again = client.post(link, NEW | {"password": "Another bottle 8"})

    assert again.status_code == 410
    assert User.objects.get(email=JO).check_password(NEW["password"])


def test_a_link_opens_nothing_after_its_time(client, customer):
    an_invitation(customer, JO)
    link = link_sent_to(JO)

    with time_machine.travel(timezone.now() + inviting.LIFETIME):
        assert client.get(link).status_code == 410
        assert client.post(link, NEW).status_code == 410

    assert not User.objects.filter(email=JO).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("last_name", "\x00"),
        ("last_name", "P" * 151),
        ("password", ""),
        ("password", "short"),
        ("password", "password1"),
        ("password", "Jo@customer.example1"),
    ],
)
def test_a_wrong_name_or_password_keeps_the_link(client, customer, field, value):
    an_invitation(customer, JO)
    link = link_sent_to(JO)

    response = client.post(link, NEW | {field: value})

    assert list(errors(response)) == [field]
    assert "<title>Error: " in response.content.decode()
    assert not User.objects.filter(email=JO).exists()
    assert client.post(link, NEW)["Location"] == "/"


def test_a_person_whose_access_was_closed_is_told_so(client, customer):
    a_user(JO, is_active=False)
    an_invitation(customer, JO)
    link = link_sent_to(JO)

    page, tried = client.get(link), client.post(link, NEW)

    assert (page.status_code, tried.status_code) == (409, 409)
    assert "The access of this e-mail address was closed." in page.content.decode()
    assert rights_of(JO, customer) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda customer: customer.__class__.objects.update(is_blocked=True),
        lambda customer: customer.__class__.objects.update(removed_at=timezone.now()),
        lambda customer: customer.__class__.objects.update(group="DEALER"),
        lambda _: account_settings.keep(now=timezone.now(), internal_domains=["customer.example"]),
    ],
)
def test_what_was_closed_meanwhile_lets_nobody_in(client, customer, change):
    account_settings.keep(now=timezone.now(), restricted_groups=["DEALER"])
    an_invitation(customer, JO)
    link = link_sent_to(JO)

    change(customer)

    assert client.post(link, NEW).status_code == 409
    assert rights_of(JO, customer) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda user, customer: membership.withdraw(
            user_id=user.pk, customer_id=customer.pk, now=timezone.now()
        ),
        lambda user, customer: membership.grant(
            user_id=user.pk, customer_id=customer.pk, sections=["orders"], now=timezone.now()
        ),
        lambda user, _: membership.close_access(user_id=user.pk, now=timezone.now()),
    ],
)
def test_what_somebody_promised_who_may_not_any_more_needs_another_word(
    client, customer, admin, change
):
    leaving = an_admin(customer)
    invitation = an_invitation(customer, JO, by=leaving)
    link = link_sent_to(JO)

    change(leaving, customer)
    refused = client.post(link, NEW)
    client.force_login(admin)
    act(client, invitation, "send")
    client.logout()

    assert "The person who invited you may not do that any more." in refused.content.decode()
    assert client.post(link_sent_to(JO), NEW)["Location"] == "/"
    assert rights_of(JO, customer) == (False, ["orders"], False)


def test_accepting_takes_nothing_that_was_granted_meanwhile(client, customer):
    user = a_user(JO)
    an_invitation(customer, JO, sections=["invoices"])
    membership.grant(
        user_id=user.pk, customer_id=customer.pk, sections=["orders"], now=timezone.now()
    )

    client.post(link_sent_to(JO))

    assert rights_of(JO, customer) == (False, ["invoices", "orders"], False)


def test_a_user_who_never_had_a_password_sets_one(client, customer):
    User.objects.create_user(JO, None)
    an_invitation(customer, JO)

    response = client.post(link_sent_to(JO), NEW)

    assert response["Location"] == "/"
    assert User.objects.get(email=JO).check_password(NEW["password"])


def test_staff_who_are_invited_get_no_password_by_it(client, customer):
    staff = User.objects.create_user(JO, None, is_staff=True)
    an_invitation(customer, JO)
    link = link_sent_to(JO)

    page, response = client.get(link), client.post(link, NEW)

    staff.refresh_from_db()
    assert page.context["form"] is None
    assert response["Location"] == "/accounts/login/"
    assert staff.has_usable_password() is False


def test_an_invitation_of_the_office_speaks_in_the_companys_name(client, customer):
    clerk = a_clerk(first_name="Aino")
    clerk.user_permissions.add(Permission.objects.get(codename="change_membership"))
    customer.language = "de"
    customer.save(update_fields=["language"])

    an_invitation(customer, JO, by=User.objects.get(pk=clerk.pk), is_admin=True)

    page = client.get(link_sent_to(JO)).content.decode()
    assert (company.current().name in page, "Aino" in page) == (True, False)
    assert OutgoingMessage.objects.get().language == "de"
    assert client.post(link_sent_to(JO), NEW)["Location"] == "/"


def test_staff_without_the_right_to_keep_users_invite_nobody(customer):
    with pytest.raises(Exception, match="manages nobody"):
        an_invitation(customer, JO, by=a_clerk())


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_on_accept_at_once_one_accepts():
    customer = a_customer()
    an_invitation(customer, JO)
    token = link_sent_to(JO).split("/")[2]
    call = partial(inviting.accept, token=token, **NEW, language="en", now=timezone.now())

    outcomes = at_once(call, call)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EndedLink", "User"]
    assert Membership.objects.filter(user__email=JO).count() == 1


@pytest.mark.django_db(transaction=True)
def test_invitations_of_two_customers_accepted_at_once_make_one_user():
    customers = [a_customer(), a_customer()]
    tokens = []
    for customer in customers:
        an_invitation(customer, JO)
        tokens.append(link_sent_to(JO).split("/")[2])

    outcomes = at_once(
        *(
            partial(inviting.accept, token=token, **NEW, language="en", now=timezone.now())
            for token in tokens
        )
    )

    assert outcomes == [User.objects.get(email=JO)] * 2
    assert set(User.objects.get(email=JO).customers()) == set(customers)


@pytest.mark.django_db(transaction=True)
def test_an_invitation_withdrawn_and_accepted_at_once_ends_one_way():
    customer = a_customer()
    admin = an_admin(customer)
    invitation = an_invitation(customer, JO, by=admin)
    token = link_sent_to(JO).split("/")[2]
    now = timezone.now()

    at_once(
        partial(inviting.accept, token=token, **NEW, language="en", now=now),
        partial(
            inviting.withdraw, invitation_id=invitation.pk, customer=customer, by=admin, now=now
        ),
    )

    invitation.refresh_from_db()
    is_in = Membership.objects.filter(user__email=JO).exists()
    assert (invitation.accepted_at is not None, invitation.withdrawn_at is not None) == (
        is_in,
        not is_in,
    )


def test_people_are_told_when_their_rights_change_or_end(customer, admin):
    user = a_member(customer, "orders", email=JO)
    for change in (
        partial(membership.grant, sections=["orders"]),
        partial(membership.grant, sections=["invoices"]),
        membership.withdraw,
    ):
        change(user_id=user.pk, customer_id=customer.pk, now=timezone.now())

    messages = OutgoingMessage.objects.order_by("pk")
    assert [(message.kind, message.recipient_address) for message in messages] == [
        ("rights_changed", JO),
        ("rights_withdrawn", JO),
    ]
    assert "See invoices" in messages[0].body_text
    assert "10001 Alfreds" in messages[1].body_text
