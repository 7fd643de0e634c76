"""Les Moulins in small: enterprises with a history each, entered through the same actions as anyone's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from essor.directory.actions import correct_fact, create_organisation, create_source, record_facts, record_life_event
from essor.directory.models import Fact, Organisation, Source
from essor.observatory.actions import load_shipped_bases, publish_edition
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import get_base_version
from essor.territories.actions import load_shipped_territories

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
FIRST, LAST = date(2014, 6, 30), date(2017, 11, 29)
LEARNED = {2014: datetime(2014, 6, 20, tzinfo=UTC), 2017: datetime(2017, 11, 20, tzinfo=UTC)}
COUNTED = {2014: date(2014, 6, 1), 2017: date(2017, 11, 1)}


@dataclass
class World:
    source: Source
    organisations: dict[str, Organisation] = field(default_factory=dict)

    def add(self, name: str, jobs: dict[int, Any], *, place: str = "64008", form: str = "coop", **said: Any) -> None:
        """An enterprise that answers the census of each year of ``jobs``; a pair is a band, None no answer."""
        organisation = create_organisation(name=name, key=name, source=self.source, by=None, now=NOW, known_from=NOW)
        self.organisations[name] = organisation
        for year, value in jobs.items():
            facts = {"legal_form": form, "municipality": place, "commercial_activity": True, **said}
            told = [
                {"variable": variable, "value": answer, "starts_on": COUNTED[year], "known_from": LEARNED[year]}
                for variable, answer in facts.items()
                if answer is not None
            ]
            if isinstance(value, tuple):
                told.append(self._jobs(year, low=value[0], high=value[1]))
            elif value is not None:
                told.append(self._jobs(year, value=value))
            pairs: Any = [(organisation, fact) for fact in told if year == min(jobs) or "jobs" in fact["variable"]]
            record_facts(facts=pairs, source=self.source, by=None, now=NOW)

    def happen(self, name: str, kind: str, on: date, into: str | None = None) -> None:
        record_life_event(
            organisation=self.organisations[name],
            other=self.organisations[into] if into else None,
            kind=kind,
            happened_on=on,
            known_from=LEARNED[2017] if on > FIRST else LEARNED[2014],
            source=self.source,
            by=None,
            now=NOW,
        )

    def correct(self, name: str, year: int, value: int, *, known_from: datetime) -> None:
        fact = Fact.objects.get(
            organisation=self.organisations[name], variable="jobs_headcount", starts_on=COUNTED[year], known_to=None
        )
        correct_fact(
            fact=fact,
            reason="Un atelier avait été oublié.",
            source=self.source,
            variable="jobs_headcount",
            value=value,
            starts_on=COUNTED[year],
            known_from=known_from,
            by=None,
            now=NOW,
        )

    @staticmethod
    def _jobs(year: int, **content: Any) -> dict[str, Any]:
        return {
            "variable": "jobs_headcount",
            "starts_on": COUNTED[year],
            "known_from": LEARNED[year],
            **content,
        }


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def world(db: None, data_dir: Path) -> World:
    """Two census years: one that grows, one that closes, one born, a merger, one elsewhere, one undecided."""
    cache.clear()  # live figures are kept by the hash of the last write, which two tests may share
    load_shipped_territories(by=None, now=NOW)
    load_shipped_bases(by=None, now=NOW)
    world = World(create_source(title="Recensement", publisher="Table", licence="CC0", by=None, now=NOW))
    world.add("grandit", {2014: 10, 2017: 14})
    world.add("ferme", {2014: 5})
    world.add("nee", {2017: 7}, place="64015", form="npo")
    world.add("avalee", {2014: 3})
    world.add("avale", {2014: 20, 2017: 22}, place="64015", form="npo")
    world.add("ailleurs", {2014: 100, 2017: 100}, place="60013")
    world.add("indecise", {2014: 8, 2017: 8}, commercial_activity=None)
    world.happen("ferme", "closed", date(2016, 3, 31))
    world.happen("nee", "created", date(2015, 9, 1))
    world.happen("avalee", "merged", date(2016, 1, 15), into="avale")
    return world


@pytest.fixture
def magazine(world: World) -> BaseVersion:
    return get_base_version(slug="magazine-2014", number=1)


@pytest.fixture
def table(world: World) -> BaseVersion:
    return get_base_version(slug="table-regionale-2017", number=1)


def publish(*versions: BaseVersion, **asked: Any) -> Edition:
    said = {
        "territory_code": "640",
        "base_versions": list(versions),
        "dates": [FIRST, LAST],
        "known_at": NOW,
        "title_fr": "Les Moulins",
        "title_en": "Les Moulins (in English)",
        **asked,
    }
    return publish_edition(by=None, now=NOW, **said)  # type: ignore[typeddict-item]
