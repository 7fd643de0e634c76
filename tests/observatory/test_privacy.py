"""What the public must not learn of one organisation from the pages of bases."""

from __future__ import annotations

from typing import Any

from essor.observatory.actions import publish_base_version, start_base
from essor.observatory.models import BaseVersion
from tests.observatory.conftest import LAST, NOW, World, publish
from tests.pages import StrictClient

OVER_TEN = {"fact": "jobs_headcount", "at_least": 13}


def test_why_one_is_out_never_tells_the_public_its_jobs(
    public: StrictClient, adviser: Any, adviser_client: StrictClient, magazine: BaseVersion, world: World
) -> None:
    publish(magazine)
    version = start_base(
        slug="grandes", owner="Table", label_fr="Grandes", label_en="Large", criteria=OVER_TEN, by=None, now=NOW
    )
    publish_base_version(version=version, by=None, now=NOW)
    address = f"/bases/grandes/1/?on={LAST}"
    seen, told = (client.get(address).content.decode() for client in (public, adviser_client))
    assert ("réponse" in seen, "(réponse\u00a0: 7)" in told) == (False, True)
    adviser.roles.update(territory_code="620")
    assert "réponse" not in adviser_client.get(address).content.decode(), "nor an adviser of elsewhere"
