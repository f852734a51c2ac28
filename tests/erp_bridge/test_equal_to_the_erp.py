"""The portal holds what the ERP holds: row by row and to the cent, and again after a bad day."""

import pytest
from django.utils import timezone

from tests.erp_bridge.chaos import connect_to, endure
from tests.erp_bridge.equality import differences
from tests.erp_bridge.erps import a_demo_erp
from tests.erp_bridge.scripted import read


@pytest.fixture
def own_erp(tmp_path):
    """A demo ERP of this test's own, as it is made: not a tick old."""
    with a_demo_erp(tmp_path) as erp:
        yield erp


@pytest.mark.django_db
def test_everything_in_the_erp_is_here_row_by_row(own_erp):
    erp, connector = connect_to(own_erp)

    assert read(erp, connector, clock=timezone.now)

    found, counts = differences(connector, erp)
    assert found == []
    assert (counts["customers"], counts["orders"], counts["orders lines"]) == (91, 830, 2155)
    assert min(counts[feed] for feed in ("deliveries", "invoices", "settlements")) > 700


@pytest.mark.django_db(transaction=True)
def test_both_sides_are_equal_after_40_ticks_with_faults_and_5_kills(own_erp):
    found, counts = endure(own_erp, ticks=40, kills=5, seed=20260302)

    assert found == []
    assert counts["orders"] > 830
