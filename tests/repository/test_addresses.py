"""Every address as every person: it opens to those that its mark names, and to nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from essor.accounts.middleware import VIEWS_OF_OTHERS, find_audience
from essor.accounts.permissions import Audience
from tests.pages import StrictClient

# What stands for a value in an address, by the converter that reads it: shaped right, naming nothing.
SAMPLES: dict[str, Any] = {
    "IntConverter": 999_999,
    "SlugConverter": "rien-de-tel",
    "StringConverter": "rien-de-tel",
    "PathConverter": "rien/de/tel",
    "UUIDConverter": uuid.UUID(int=0),
}
# Addresses written as regular expressions.
SAMPLES_OF_EXPRESSIONS = {
    "account_confirm_email": {"key": "rien"},
    "account_reset_password_from_key": {"uidb36": "zzz", "key": "rien-de-tel"},
    "edition_csv": {"slug": "rien-de-tel"},
    "edition_csvw": {"slug": "rien-de-tel"},
}
AUDIENCES = tuple(Audience)
"""From the widest to the narrowest: each opens what those before it open."""


@dataclass(frozen=True)
class Address:
    name: str
    view: Any
    path: str

    def __str__(self) -> str:
        return self.name or self.path


def walk(resolver: URLResolver, above: dict[str, Any]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        converters = above | dict(getattr(entry.pattern, "converters", {}))
        if isinstance(entry, URLResolver):
            yield from walk(entry, converters)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or "", entry.callback, make_path(entry, converters))


def make_path(entry: URLPattern, converters: dict[str, Any]) -> str:
    samples = {name: sample_for(converter) for name, converter in converters.items()}
    return reverse(entry.name or entry.callback, kwargs=SAMPLES_OF_EXPRESSIONS.get(entry.name or "", samples))


def sample_for(converter: Any) -> Any:
    return SAMPLES[type(converter).__name__]


ADDRESSES = list(walk(get_resolver(), {}))


@pytest.fixture
def clients(
    public: StrictClient,
    signed_in_client: StrictClient,
    partner_client: StrictClient,
    adviser_client: StrictClient,
    administrator_client: StrictClient,
) -> dict[Audience, StrictClient]:
    return dict(
        zip(AUDIENCES, (public, signed_in_client, partner_client, adviser_client, administrator_client), strict=False)
    )


def test_every_address_has_a_name_of_its_own() -> None:
    names = [address.name for address in ADDRESSES]
    assert all(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_an_address_opens_to_those_that_its_mark_names(
    address: Address, method: str, clients: dict[Audience, StrictClient]
) -> None:
    audience = find_audience(address.view, address.name)
    assert audience is not None, f"{address.path} says nothing of who may open it: mark its view with @open_to"
    for person, client in clients.items():
        answer = getattr(client, method)(address.path)
        told = f"{method} {address.path} as {person}: {answer.status_code}"
        assert answer.status_code < 500, told
        is_sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/compte/login/?next=")
        is_shut = is_sent_to_sign_in or answer.status_code == 403
        assert is_shut == (AUDIENCES.index(person) < AUDIENCES.index(audience)), told


def test_the_list_of_others_names_only_what_exists() -> None:
    assert set(VIEWS_OF_OTHERS) <= {address.name for address in ADDRESSES}
