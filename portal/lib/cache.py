"""Cached values travel as JSON: a cache that somebody else can write never runs their code."""

import json
from typing import Any


class JsonSerializer:
    """Integers stay bare so that Redis can count with them; anything else has to be JSON."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)
