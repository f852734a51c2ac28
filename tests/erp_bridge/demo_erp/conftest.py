import shutil
from datetime import UTC, datetime

import pytest

from erp_bridge.demo_erp import building
from tests.builders.demo_erp import TODAY, running_erp


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self):
        self.now = datetime(2026, 3, 18, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture(scope="session")
def records():
    return building.records(TODAY)


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo_erp") / "erp.sqlite3"
    building.build(path, today=TODAY, seed=1)
    return path


@pytest.fixture
def data(data_file, tmp_path):
    return shutil.copy(data_file, tmp_path / "erp.sqlite3")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def erp(data, clock):
    with running_erp(data, clock=clock) as running:
        yield running
