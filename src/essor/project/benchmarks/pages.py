"""How long the public pages take on the demonstration's data, warm, from the request to the whole answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from essor.project.benchmarks.instance import build_instance
from essor.project.benchmarks.measuring import Bar, Benchmark, Contender, Work

PAGES = {
    "home": {},
    "portraits": {},
    "portrait": {"territory": "640"},
    "compare": {},
    "editions": {},
    "bases": {},
}
"""Names of addresses, with what they need."""


class PageFailed(Exception):
    """A page did not answer 200: its time means nothing."""


def _open_page(name: str, arguments: dict[str, str]) -> Callable[[Path], Work]:
    def prepare(_: Path) -> Work:
        from django.test import Client
        from django.urls import reverse

        client, address = Client(headers={"host": "localhost"}), reverse(name, kwargs=arguments)

        def open_page() -> str:
            response = client.get(address, follow=True)
            if response.status_code != 200:
                raise PageFailed(f"{address}: {response.status_code}")
            return f"{response.status_code}"

        return open_page

    return prepare


BENCHMARK = Benchmark(
    name="pages",
    generate=build_instance,
    sizes={"full": {}, "small": {}},
    contenders={
        name: Contender(_open_page(name, arguments), str, needs_instance=True) for name, arguments in PAGES.items()
    },
    bar=Bar(seconds=0.1),
    is_contest=False,
)
