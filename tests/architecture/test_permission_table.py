"""The written table of permissions says what the running code does, for every role."""

import pytest

from tests.architecture import permission_table
from tests.architecture.addresses import ADDRESSES


def test_every_address_is_written_once_and_in_order():
    [columns] = {tuple(column) for column in permission_table.written().values()}

    assert columns == tuple(str(address) for address in ADDRESSES)


@pytest.mark.django_db
@pytest.mark.parametrize("role", permission_table.ROLES)
def test_a_role_gets_what_is_written(built, role):
    found = permission_table.answers(role)

    written = permission_table.written()[role]
    assert {address: given for address, given in found.items() if written[address] != given} == {}
