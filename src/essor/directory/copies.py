"""Copies of names that the floors above make, such as printed documents: thrown away when somebody is erased."""

from __future__ import annotations

from collections.abc import Callable

_forgetting: list[Callable[[], None]] = []


def learn_copies(forget: Callable[[], None]) -> None:
    """Told at start-up by those who make copies: how to throw them away."""
    _forgetting.append(forget)


def forget_copies() -> None:
    for forget in _forgetting:
        forget()
