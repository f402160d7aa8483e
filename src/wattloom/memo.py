"""Results of pure work, made once and kept while they are wanted."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Memo(Generic[T]):
    """The results used last, at most `limit` of them, shared by threads; a result is never made twice at once.

    What fails is not kept: the next who asks tries again.

    >>> squares = Memo[int](limit=2)
    >>> squares.get(3, lambda: 9), squares.get(3, lambda: 0), squares.peek(4)
    (9, 9, None)
    """

    limit: int
    hits: int = 0
    misses: int = 0
    _kept: OrderedDict[Hashable, T] = field(default_factory=OrderedDict)
    _making: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __len__(self) -> int:
        return len(self._kept)

    def peek(self, key: Hashable) -> T | None:
        """The result if it is there."""
        result = self._kept.get(key)
        if result is not None:
            with contextlib.suppress(KeyError):  # somebody has just dropped it
                self._kept.move_to_end(key)
        return result

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result, made here and now if need be; blocks, so not for an event loop."""
        with self._lock:
            if key in self._kept:
                self.hits += 1
                self._kept.move_to_end(key)
                return self._kept[key]
            self.misses += 1
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if (result := self.peek(key)) is not None:
                return result
            try:
                result = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._kept[key] = result
                while len(self._kept) > self.limit:
                    self._kept.popitem(last=False)
            return result
