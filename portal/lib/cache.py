"""The cache in Redis: values travel as JSON, and a Redis that is away has forgotten everything."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends import redis as backend
from redis import RedisError

__all__ = ["JsonSerializer", "RedisCache"]

logger = logging.getLogger(__name__)


class JsonSerializer:
    """Integers stay bare so that Redis can count with them; anything else has to be JSON.

    No pickle: whoever may write to the cache would otherwise run code here.
    """

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)


class RedisCache(backend.RedisCache):
    """Pages and sign-in go on while Redis is away; rate limits do not count meanwhile.

    Operations besides those that a page needs still raise.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client


def _or(answer: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def forgetful(*args: Any) -> Any:
            try:
                return method(*args)
            except RedisError:
                logger.warning("cache is away", exc_info=True)
                return answer(*args)

        return forgetful

    return decorate


class _Client(backend.RedisCacheClient):
    get = _or(lambda _client, _key, default: default)(backend.RedisCacheClient.get)
    set = _or(lambda *_: None)(backend.RedisCacheClient.set)
    # True: nobody else had added it. Who takes a lock this way would wait for ever otherwise.
    add = _or(lambda *_: True)(backend.RedisCacheClient.add)
    delete = _or(lambda *_: False)(backend.RedisCacheClient.delete)
