"""Who gets in and how, as the office sets it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from accounts.models import AccountSettings, AuditEntry
from accounts.services import account_settings
from tests.builders.accounts import a_clerk, a_customer, a_superuser

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCESS = "/office/settings/access/"
pytestmark = pytest.mark.django_db


def a_reader():
    laura = a_clerk()
    laura.user_permissions.add(Permission.objects.get(codename="view_accountsettings"))
    return laura


@pytest.fixture
def office(client):
    client.force_login(a_superuser(email="laura@seller.example"))
    return client


def test_before_anybody_set_anything_nobody_is_kept_out():
    kept = account_settings.current()

    assert (kept.restricted_groups, kept.internal_domains, kept.staff_second_step) == (
        [],
        [],
        False,
    )
    assert not AccountSettings.objects.exists()


@pytest.mark.parametrize(
    ("fields", "kept_out"),
    [
        ({"group": "TRADE"}, False),
        ({"group": ""}, False),
        ({"group": "CASH"}, True),
        ({"is_blocked": True}, True),
        ({"removed_at": NOON}, True),
    ],
)
def test_nobody_gets_in_for_customers_that_are_removed_blocked_or_restricted(fields, kept_out):
    account_settings.keep(restricted_groups=["CASH"], now=NOON)

    assert account_settings.keeps_out(a_customer(**fields)) == kept_out


def test_what_is_kept_leaves_the_other_settings_alone():
    account_settings.keep(restricted_groups=["CASH"], now=NOON)
    account_settings.keep(staff_second_step=True, now=NOON)

    kept = account_settings.current()
    assert (kept.restricted_groups, kept.staff_second_step) == (["CASH"], True)
    assert [
        (entry.kind, entry.before, entry.after) for entry in AuditEntry.objects.order_by("pk")
    ] == [
        ("settings_changed", {"restricted_groups": []}, {"restricted_groups": ["CASH"]}),
        ("settings_changed", {"staff_second_step": False}, {"staff_second_step": True}),
    ]


def test_a_setting_that_does_not_fit_is_refused_before_it_is_written():
    with pytest.raises(ValidationError):
        account_settings.keep(restricted_groups=["x" * 41], now=NOON)

    assert account_settings.current().restricted_groups == []


@pytest.mark.parametrize(
    ("email", "is_internal"),
    [
        ("laura@seller.example", True),
        ("Laura@SELLER.example", True),
        ("laura@mail.seller.example", False),
        ("laura@notseller.example", False),
        ("laura@seller.example.com", False),
        ("laura", False),
        ("", False),
    ],
)
def test_people_of_exactly_an_internal_domain_are_the_offices_own(email, is_internal):
    account_settings.keep(internal_domains=["seller.example"], now=NOON)

    assert account_settings.is_internal(email) is is_internal


def test_the_office_sets_who_gets_in(office):
    response = office.post(
        ACCESS,
        {
            "restricted_groups": " CASH \r\n\r\nstaff sales\r\nCASH",
            "internal_domains": "Seller.Example, @seller.fi;täst.example\nseller.example",
            "staff_second_step": "on",
        },
        follow=True,
    )

    kept = account_settings.current()
    assert response.redirect_chain == [(ACCESS, 302)]
    assert "The settings are saved." in response.content.decode()
    assert (kept.restricted_groups, kept.internal_domains, kept.staff_second_step) == (
        ["CASH", "staff sales"],
        ["seller.example", "seller.fi", "xn--tst-qla.example"],
        True,
    )
    [entry] = AuditEntry.objects.all()
    assert (entry.actor.email, entry.channel, entry.by_office, entry.address) == (
        "laura@seller.example",
        "web",
        True,
        "127.0.0.1",
    )


def test_everything_may_be_taken_back(office):
    account_settings.keep(restricted_groups=["CASH"], internal_domains=["seller.example"], now=NOON)

    office.post(ACCESS, {})

    kept = account_settings.current()
    assert (kept.restricted_groups, kept.internal_domains) == ([], [])


def test_every_value_that_is_wrong_is_told_and_nothing_is_saved(office):
    response = office.post(
        ACCESS,
        {"restricted_groups": "x" * 41, "internal_domains": "gmail.com\nnonsense\nseller.example"},
    )

    errors = response.context["form"].errors
    page = response.content.decode()
    assert errors == {
        "restricted_groups": [
            f"“{'x' * 40}…” is longer than the 40 characters of a customer group."
        ],
        "internal_domains": [
            "Anybody can have an address at gmail.com, so it cannot be the office's own.",
            "“nonsense” is not a domain, such as example.com.",
        ],
    }
    assert "<title>Error: " in page
    assert "gmail.com\nnonsense\nseller.example" in page
    assert not AccountSettings.objects.exists()


def test_a_group_that_no_customer_is_in_is_kept_and_asked_about(office):
    a_customer(group="CASH")

    response = office.post(ACCESS, {"restricted_groups": "CASH\nCAHS"}, follow=True)

    assert account_settings.current().restricted_groups == ["CASH", "CAHS"]
    assert "No customer is in these groups: CAHS." in response.content.decode()


def test_too_many_values_are_refused(office):
    response = office.post(ACCESS, {"restricted_groups": "\n".join(map(str, range(501)))})

    assert response.context["form"].errors == {
        "restricted_groups": ["501 values are given; at most 500 fit."]
    }


def test_whoever_may_only_look_sees_no_form_and_changes_nothing(client):
    account_settings.keep(internal_domains=["seller.example"], now=NOON)
    client.force_login(a_reader())

    page = client.get(ACCESS).content.decode()

    assert "seller.example" in page
    assert "<textarea" not in page
    assert client.post(ACCESS, {}).status_code == 403
    assert account_settings.current().internal_domains == ["seller.example"]


def test_the_settings_list_the_pages_that_a_person_may_open(client):
    client.force_login(a_reader())

    page = client.get("/office/settings/").content.decode()

    assert f'href="{ACCESS}"' in page


def test_the_settings_are_closed_to_staff_who_may_open_none_of_their_pages(client):
    client.force_login(a_clerk())

    assert client.get("/office/settings/").status_code == 403
    assert 'href="/office/settings/"' not in client.get("/office/").content.decode()
