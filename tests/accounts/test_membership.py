"""Rights are given and taken, and a customer that has an account admin keeps one."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.services import membership
from tests.builders.accounts import a_customer, a_family, a_member, a_user, an_admin
from tests.threads import at_once

NOW = timezone.now()
pytestmark = pytest.mark.django_db


def admins_of(customer):
    held = Membership.objects.reaching(customer).filter(is_admin=True, user__is_active=True)
    return {row.user for row in held.select_related("user")}


def withdrawal(user, customer):
    return partial(membership.withdraw, user_id=user.pk, customer_id=customer.pk, now=NOW)


def limiting(user, customer, **rights):
    return partial(membership.grant, user_id=user.pk, customer_id=customer.pk, now=NOW, **rights)


def closing(user, _customer):
    return partial(membership.close_access, user_id=user.pk, now=NOW)


WAYS = [withdrawal, limiting, closing]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_account_admin_cannot_be_taken_away(way):
    customer = a_customer("10001", name="Alfreds")
    user = an_admin(customer)
    a_member(customer)

    with pytest.raises(membership.LastAdmin) as refusal:
        way(user, customer)()

    assert "10001 Alfreds" in str(refusal.value.user_message)
    assert admins_of(customer) == {user}


@pytest.mark.parametrize("way", WAYS)
def test_one_of_two_account_admins_can(way):
    customer = a_customer()
    first, second = an_admin(customer), an_admin(customer)

    way(first, customer)()

    assert admins_of(customer) == {second}


@pytest.mark.parametrize("way", WAYS)
def test_a_closed_account_admin_does_not_count(way):
    customer = a_customer()
    user = an_admin(customer)
    an_admin(customer, is_active=False)

    with pytest.raises(membership.LastAdmin):
        way(user, customer)()


@pytest.mark.parametrize("way", WAYS)
def test_a_customer_that_the_erp_has_removed_may_lose_its_last_account_admin(way):
    customer = a_customer(removed_at=NOW)
    user = an_admin(customer)

    way(user, customer)()

    assert admins_of(customer) == set()


@pytest.mark.parametrize("way", [*WAYS, partial(limiting, is_admin=True)])
def test_an_account_admin_of_the_family_is_the_last_one_of_each_of_its_customers(way):
    family = a_family()
    own, sibling = a_customer(family=family), a_customer("10007", family=family)
    user = an_admin(own, covers_family=True)
    an_admin(own)

    with pytest.raises(membership.LastAdmin) as refusal:
        way(user, own)()

    assert refusal.value.customer == sibling


def test_an_account_admin_of_the_family_lets_the_customers_own_one_go():
    family = a_family()
    customer = a_customer(family=family)
    own = an_admin(customer)
    above = an_admin(a_customer(family=family), covers_family=True)

    withdrawal(own, customer)()

    assert admins_of(customer) == {above}


def test_a_customer_that_never_had_an_account_admin_may_lose_its_members():
    customer = a_customer()
    user = a_member(customer)

    withdrawal(user, customer)()
    withdrawal(user, customer)()

    assert not Membership.objects.exists()


def test_access_is_opened_again_with_what_was_granted():
    customer = a_customer()
    user = a_member(customer, "orders")

    closing(user, customer)()
    user.refresh_from_db()
    closed = list(user.customers())
    membership.open_access(user_id=user.pk, now=NOW)
    user.refresh_from_db()

    assert (closed, list(user.customers_with("orders"))) == ([], [customer])


def test_the_first_person_who_joins_manages_and_later_ones_see_orders_and_invoices():
    customer = a_customer()
    first, second = a_user(), a_user()

    for user in (first, second, first):
        membership.join(user_id=user.pk, customer_id=customer.pk, now=NOW)

    held = {row.user: (row.is_admin, row.sections) for row in Membership.objects.all()}
    assert held == {first: (True, []), second: (False, ["invoices", "orders"])}


def test_who_joins_a_customer_that_its_family_manages_is_not_the_first():
    family = a_family()
    customer = a_customer(family=family)
    an_admin(a_customer(family=family), covers_family=True)

    assert not membership.join(user_id=a_user().pk, customer_id=customer.pk, now=NOW).is_admin


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_first_at_once_one_manages():
    customer = a_customer()

    joined = at_once(
        *(
            partial(membership.join, user_id=a_user().pk, customer_id=customer.pk, now=NOW)
            for _ in range(2)
        )
    )

    assert sorted(row.is_admin for row in joined) == [False, True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second_way", WAYS)
@pytest.mark.parametrize("first_way", WAYS)
def test_of_two_account_admins_taken_away_at_once_one_stays(first_way, second_way):
    customer = a_customer()
    first, second = an_admin(customer), an_admin(customer)

    outcomes = at_once(first_way(first, customer), second_way(second, customer))

    assert sum(isinstance(outcome, membership.LastAdmin) for outcome in outcomes) == 1
    assert len(admins_of(customer)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_account_admins_of_different_customers_of_a_family_taken_away_at_once():
    family = a_family()
    own, sibling = a_customer(family=family), a_customer(family=family)
    above, below = an_admin(own, covers_family=True), an_admin(sibling)
    an_admin(own)

    outcomes = at_once(withdrawal(above, own), withdrawal(below, sibling))

    assert sum(isinstance(outcome, membership.LastAdmin) for outcome in outcomes) == 1
    assert len(admins_of(sibling)) == 1
