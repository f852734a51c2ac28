"""The portal as it runs, with the floor beside it and a password hasher that costs nothing."""

from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import TEMPLATES

DEBUG = False
ROOT_URLCONF = "tests.bench.urls"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}]
LOGGING_CONFIG = None
