import pytest
from django.db import transaction

from tests.architecture import world


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The world of `world.py`, built once for a module; what a test does in it is taken back."""
    around = transaction.atomic()
    # As Django marks the transactions of its own tests: durable blocks may stand inside.
    around._from_testcase = True
    with django_db_blocker.unblock(), around:
        yield world.build()
        transaction.set_rollback(True)
