"""Memos: made once, kept while wanted, never more than the limit."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from wattloom.memo import Memo


def test_a_result_is_made_once_however_many_ask_at_once() -> None:
    memo, made = Memo[int](10), []

    def make() -> int:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return 7

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: memo.get("key", make), range(8))) == [7] * 8
    assert len(made) == 1


def test_what_was_used_last_is_kept() -> None:
    memo = Memo[int](2)
    memo.get("a", lambda: 1)
    memo.get("b", lambda: 2)
    assert memo.peek("a") == 1
    memo.get("c", lambda: 3)
    assert (memo.peek("a"), memo.peek("b"), memo.peek("c")) == (1, None, 3)
    assert len(memo) == 2


def test_what_fails_is_not_kept() -> None:
    memo = Memo[int](2)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        memo.get("a", fail)
    assert memo.get("a", lambda: 1) == 1
    assert memo.misses == 2


def test_many_threads_many_keys() -> None:
    memo = Memo[int](5)

    def ask(number: int) -> bool:
        key = number * 7 % 13
        return memo.get(key, lambda: key * key) == key * key and memo.peek(key) in (None, key * key)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(3000)))
    assert len(memo) == 5
