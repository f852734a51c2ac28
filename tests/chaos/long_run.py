"""`make chaos`: the long version of what tests/erp_bridge/test_equal_to_the_erp.py shows."""

import sys

import pytest

from tests.erp_bridge.chaos import endure
from tests.erp_bridge.erps import a_demo_erp

SEED = 20260318


def say(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@pytest.mark.django_db(transaction=True)
def test_both_sides_are_equal_after_200_ticks_with_faults_and_20_kills(tmp_path):
    with a_demo_erp(tmp_path) as demo_erp:
        found, counts = endure(demo_erp, ticks=200, kills=20, seed=SEED, say=say)

    say(f"seed {SEED}: {len(found)} differences in {counts}")
    assert found == []
