"""What differs between two portraits, number by number: what verification and corrections say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def compare_results(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs between two portraits: ``[{path, first, second}]``, in order of path; empty when they are equal.

    ``path`` names the place with slashes (``figures/magazine-2014.1.enterprises.2017-11-29/value``). What one of them
    lacks is null there, with ``missing`` saying in which (``first`` or ``second``).

    >>> compare_results({"figures": {"a": 1}}, {"figures": {"a": 2}})
    [{'path': 'figures/a', 'first': 1, 'second': 2}]
    """
    return list(_differences("", first, second))


def _differences(path: str, first: Any, second: Any) -> Iterable[dict[str, Any]]:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for name in sorted({*first, *second}):
            below = f"{path}/{name}" if path else str(name)
            if name not in first or name not in second:
                lacking = "first" if name not in first else "second"
                yield {"path": below, "first": first.get(name), "second": second.get(name), "missing": lacking}
            else:
                yield from _differences(below, first[name], second[name])
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for row, (left, right) in enumerate(zip(first, second, strict=True)):
            yield from _differences(f"{path}/{row}", left, right)
    elif type(first) is not type(second) or first != second:
        yield {"path": path, "first": first, "second": second}
