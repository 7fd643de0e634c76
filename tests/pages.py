"""A client that refuses what no page may show."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

FORBIDDEN = {
    "a template brace": re.compile(r"\{\{|\{%|%\}|\}\}"),
    "an undefined variable": re.compile(r"⟨undefined [^⟩]*⟩"),
    "an inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle=", re.IGNORECASE),
    "a script attribute": re.compile(r"<[a-z][^>]*\son[a-z]+=", re.IGNORECASE),
    "an address elsewhere": re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=\"(?:https?:)?//", re.I),
}


DATA_BLOCK = re.compile(r"<script[^>]*application/json[^>]*>.*?</script>", re.DOTALL)


def list_faults(content: str) -> list[str]:
    """What no page may show. Blocks of JSON are data: their braces are no template's."""
    content = DATA_BLOCK.sub("", content)
    return [f"{name}: {found.group(0)[:120]}" for name, sign in FORBIDDEN.items() if (found := sign.search(content))]


class StrictClient(Client):
    """Every HTML page received is looked at; a fault fails the test that asked for it."""

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            faults = list_faults(response.content.decode())
            assert not faults, f"{request.get('PATH_INFO')}: {'; '.join(faults)}"
        return response


def count_queries(client: StrictClient, address: str) -> int:
    """The second time: what is kept from one reading to the next is there."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
