"""Writes docs/permissions.md from the running code: `make permissions`."""

import pytest
from django.db import transaction

from tests.architecture import permission_table


@pytest.mark.django_db
def test_the_table_is_written(built):
    found = {}
    for role in permission_table.ROLES:
        before = transaction.savepoint()
        found[role] = permission_table.answers(role)
        transaction.savepoint_rollback(before)
    permission_table.write(found)
