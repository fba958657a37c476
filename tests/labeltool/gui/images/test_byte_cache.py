"""The cache bounded by bytes."""

from __future__ import annotations

from labeltool.gui.images.byte_cache import ByteCache


def make(max_bytes: int = 10) -> tuple[ByteCache[str, bytes], list[str]]:
    evicted: list[str] = []
    return ByteCache(max_bytes, len, evicted.append), evicted


def test_the_least_recently_used_values_are_evicted():
    cache, evicted = make()
    for key in "abc":
        cache[key] = bytes(3)
    assert cache.get("a") == bytes(3)
    cache["d"] = bytes(4)
    assert (evicted, set(cache)) == (["b"], {"a", "c", "d"})


def test_peek_is_not_a_use():
    cache, evicted = make()
    cache["a"] = cache["b"] = bytes(5)
    assert cache.get("a") is not None
    assert (len(cache.peek()), cache.largest_bytes()) == (2, 5)
    cache["c"] = bytes(1)
    assert evicted == ["b"]


def test_a_value_larger_than_the_cache_is_kept_alone():
    cache, evicted = make()
    cache["a"] = bytes(2)
    cache["b"] = bytes(99)
    assert (evicted, cache.get("b"), cache.largest_bytes()) == (["a"], bytes(99), 99)


def test_the_pinned_value_stays_and_a_value_that_does_not_fit_is_not_added():
    cache, evicted = make()
    cache["a"], cache.pinned = bytes(6), "a"
    cache.add("b", bytes(3))
    cache.add("c", bytes(4))
    assert (evicted, set(cache)) == (["b"], {"a", "c"})
    cache.add("d", bytes(5))
    assert set(cache) == {"a", "c"}
    cache.add("a", bytes(7))
    assert cache.get("a") == bytes(7)
