"""Spans: stretches of time as (start, end) pairs of POSIX seconds."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[float, float]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order, without overlap.

    >>> merged([(5, 7), (1, 3), (2, 4)])
    [(1, 4), (5, 7)]
    """
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            if end > union[-1][1]:
                union[-1] = (union[-1][0], end)
        elif end > start:
            union.append((start, end))
    return union


def without(span: Span, holes: Iterable[Span]) -> list[Span]:
    """What is left of a span between the holes.

    >>> without((0, 10), [(8, 12), (2, 4)])
    [(0, 2), (4, 8)]
    """
    left, (start, end) = [], span
    for low, high in sorted(holes):
        if low > start:
            left.append((start, min(low, end)))
        start = max(start, high)
    if start < end:
        left.append((start, end))
    return [(low, high) for low, high in left if low < high]


def shared(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Where spans and others overlap.

    >>> shared([(0, 5), (8, 9)], [(3, 10)])
    [(3, 5), (8, 9)]
    """
    others = list(others)
    pairs = ((max(a, c), min(b, d)) for a, b in spans for c, d in others)
    return [(low, high) for low, high in pairs if low < high]


def within(second: float, spans: Iterable[Span]) -> bool:
    """Whether a moment lies in one of the spans."""
    return any(low <= second < high for low, high in spans)
