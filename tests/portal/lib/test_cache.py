import uuid

import pytest
from django.core.cache.backends.redis import RedisCache

from tests.servers import VALKEY


@pytest.fixture
def cache():
    return RedisCache(
        VALKEY.url,
        {
            "KEY_PREFIX": uuid.uuid4().hex,
            "OPTIONS": {"serializer": "portal.lib.cache.JsonSerializer"},
        },
    )


@pytest.mark.parametrize("value", [0, -7, True, None, "Ö", 1.5, ["a", {"b": [None]}]])
def test_a_cached_value_comes_back_as_it_was(cache, value):
    cache.set("key", value)

    assert (cache.get("key"), type(cache.get("key"))) == (value, type(value))


def test_redis_can_count_with_a_cached_number(cache):
    cache.set("tries", 1)
    cache.incr("tries")

    assert cache.get("tries") == 2


@pytest.mark.parametrize("value", [object(), b"bytes", float("nan")])
def test_what_is_no_json_is_refused_where_it_is_stored(cache, value):
    with pytest.raises((TypeError, ValueError)):
        cache.set("key", value)


def test_a_planted_pickle_is_not_run(cache):
    harmless_looking = b"cos\nsystem\n(S'true'\ntR."
    client = cache._cache.get_client(None, write=True)
    client.set(cache.make_and_validate_key("key"), harmless_looking)

    with pytest.raises(ValueError, match="Expecting value"):
        cache.get("key")
