"""A place's portrait: answered by the room that publishes portraits, above this one, which tells it how to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortraitLink:
    """``href``: the place's portrait; where none ``is_published``, the list of those that are."""

    href: str
    is_published: bool


Finder = Callable[[str], PortraitLink]
_finders: list[Finder] = []


def offer_portraits(find: Finder) -> None:
    """``find``: from the code of a place to its portrait. Called once, when the platform starts."""
    _finders[:] = [find]


def find_portrait(code: str) -> PortraitLink | None:
    """None where this platform publishes no portrait at all."""
    return _finders[0](code) if _finders else None
