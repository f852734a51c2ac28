"""What the table says of members holds for staff who look at the pages of 10001 as the customer.

Whose roles open every section gets what a member with every section gets; whose roles open none
gets what a colleague without any gets. Who may only look changes nothing of the customer.
"""

import pytest
from django.test import Client

from tests.architecture.addresses import ADDRESSES, HIDDEN, OFFICE_HOME, REFUSED
from tests.architecture.test_access import answer
from tests.builders.accounts import a_clerk, a_role, a_superuser

# Of the people of customers themselves: whoever looks as a customer is none of them.
NEVER = {"orders/found/"}
# Customers' pages: those that staff without a customer are kept from. A private link is of whoever
# has it.
CUSTOMERS = [
    row
    for row in ADDRESSES
    if not row.route.startswith(("office/", "admin/", "p/"))
    and row.route not in NEVER
    and row.answers["superuser"] in {HIDDEN, OFFICE_HOME}
]
# Of the person, whoever it looks as; and what asks nothing of a customer.
OWN = [
    row
    for row in ADDRESSES
    if not row.route.startswith("office/")
    and row.answers["superuser"] not in {HIDDEN, OFFICE_HOME, REFUSED}
    and row.route != "accounts/logout/"
]
# Account admins alone may, and staff are none.
FOR_ADMINS = {"account/changes/"}
# The word of the customer, which the office does not give in its name.
NOT_IN_ITS_NAME = {"POST /orders/W1/offer/"}


def looking(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    assert client.post("/office/as-customer/", {"customer": "erp/10001"}).status_code == 302
    return client


def got(client, row):
    return answer(row, None, client=client)


@pytest.mark.django_db
@pytest.mark.parametrize("row", CUSTOMERS, ids=str)
def test_a_role_that_opens_everything_gets_what_a_member_gets(built, row):
    client = looking(a_superuser())

    is_refused = row.route in FOR_ADMINS or str(row) in NOT_IN_ITS_NAME
    expected = REFUSED if is_refused else row.answers["member"]
    assert got(client, row) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in ADDRESSES if row.route in NEVER], ids=str)
def test_what_is_of_a_customers_people_stays_hidden(built, row):
    assert got(looking(a_superuser()), row) == HIDDEN


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in CUSTOMERS if row.post is None], ids=str)
def test_a_role_that_opens_nothing_gets_what_a_colleague_gets(built, row):
    laura = a_clerk()
    a_role(None, laura, as_customer="process")

    assert got(looking(laura), row) == row.answers["colleague"]


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in CUSTOMERS if row.post is not None], ids=str)
def test_who_may_only_look_changes_nothing_of_a_customer(built, row):
    laura = a_clerk()
    levels = {"orders": "process", "invoices": "process", "users": "process"}
    a_role(None, laura, as_customer="display", **levels)

    assert got(looking(laura), row) == REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("row", OWN, ids=str)
def test_what_is_the_persons_own_or_everybodys_stays_so_for_who_may_only_look(built, row):
    laura = a_clerk()
    a_role(None, laura, as_customer="display")

    assert got(looking(laura), row) == row.answers["newcomer"]
