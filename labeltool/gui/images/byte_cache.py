"""A least recently used cache bounded by bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from cachetools import Cache, LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(LRUCache[K, V]):
    """`cachetools.LRUCache` for values that may be larger than the whole cache: one is kept, alone.

    `pinned`: a key that is never evicted for another one. `on_evict` gets the keys that are.
    Reading an item counts as use, but not `peek`. Not thread-safe.
    """

    def __init__(
        self,
        max_bytes: int,
        size_of: Callable[[V], int],
        on_evict: Callable[[K], None] | None = None,
    ) -> None:
        super().__init__(max_bytes, lambda value: min(size_of(value), max_bytes))
        self._size_of = size_of
        self._on_evict = on_evict
        self.pinned: K | None = None

    def peek(self) -> list[V]:
        """All values."""
        return [Cache.__getitem__(self, key) for key in self]

    def largest_bytes(self) -> int:
        """Bytes of the largest value, 0 without any."""
        return max(map(self._size_of, self.peek()), default=0)

    def add(self, key: K, value: V) -> None:
        """Store a value, unless it does not fit beside the pinned one."""
        pinned = self.pinned
        if pinned is not None and pinned in self and key != pinned:
            occupied = self._size_of(Cache.__getitem__(self, pinned))
            if occupied + self._size_of(value) > self.maxsize:
                return
        self[key] = value

    def popitem(self) -> tuple[K, V]:
        """Evict the least recently used value."""
        if self.pinned is not None and self.pinned in self:
            self[self.pinned]  # the most recently used one is evicted last
        key, value = super().popitem()
        if self._on_evict is not None:
            self._on_evict(key)
        return key, value
