import uuid

import pytest

from portal import settings as portal_settings
from portal.lib.cache import RedisCache
from tests.servers import VALKEY


def a_cache(url):
    about = portal_settings.CACHES["default"]
    return RedisCache(url, {**about, "KEY_PREFIX": uuid.uuid4().hex})


@pytest.fixture
def cache():
    return a_cache(VALKEY.url)


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


def test_a_redis_that_is_away_has_forgotten_everything(tmp_path, caplog):
    cache = a_cache(f"unix://{tmp_path}/nobody.sock")

    cache.set("key", 1)

    assert cache.get("key", "nothing") == "nothing"
    assert cache.delete("key") is False
    assert {record.message for record in caplog.records} == {"cache is away"}


def test_nobody_waits_for_a_lock_in_a_redis_that_is_away(tmp_path):
    assert a_cache(f"unix://{tmp_path}/nobody.sock").add("lock", True) is True


def test_a_lock_in_redis_is_taken_once(cache):
    assert (cache.add("lock", True), cache.add("lock", True)) == (True, False)
