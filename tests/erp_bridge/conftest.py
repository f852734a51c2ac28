import pytest

from tests.erp_bridge.erps import a_demo_erp


@pytest.fixture(scope="session")
def demo_erp(tmp_path_factory):
    """One demo ERP for the whole run, ten ticks old and at rest.

    Tests that move or break it start their own.
    """
    with a_demo_erp(tmp_path_factory.mktemp("erp")) as erp:
        erp.tick(10)
        yield erp
