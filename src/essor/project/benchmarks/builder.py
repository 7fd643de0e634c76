"""Who a definition counts, as the builder asks at each edit: one MRC among 100 000 organisations of its region."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from essor.project.benchmarks.instance import build_instance, make_environment
from essor.project.benchmarks.measuring import OURS, Benchmark, Contender, Work

REGION, TERRITORY = "14", "640"
"""Lanaudière, whose municipalities are shipped, and Les Moulins."""


def _generate(folder: Path, *, rows: int) -> None:
    """The demonstration, and a census drawn over the municipalities of the region, imported by the command."""
    from essor.knowledge import load_territory_list
    from essor.methods.criteria import PlaceTree
    from essor.project.benchmarks.census import MAPPING, write_census_file

    build_instance(folder)
    places = load_territory_list().places
    inside = PlaceTree({place.code: [place.parent] if place.parent else [] for place in places}).inside([REGION])
    codes = sorted(place.code for place in places if place.kind == "municipality" and place.code in inside)
    write_census_file(folder / "census.csv", rows, places=codes)
    (folder / "mapping.yaml").write_text(json.dumps(MAPPING), encoding="utf-8")
    words = ["import", "census", str(folder / "census.csv"), "--mapping", str(folder / "mapping.yaml")]
    subprocess.run(
        [sys.executable, "-m", "essor", *words], env=make_environment(folder), check=True, capture_output=True
    )


def _prepare(_: Path) -> Work:
    from django.utils import timezone

    from essor.observatory.queries.bases import get_base_version
    from essor.observatory.queries.membership import explain_tree

    tree, now = get_base_version(slug="magazine-2014").criteria, timezone.now()

    def look() -> str:
        found = explain_tree(
            tree, territory_code=TERRITORY, on=timezone.localdate(now), language="fr", is_public=False, known_at=now
        )
        return " ".join(f"{verdict} {count}" for verdict, count in found.counts.items())

    return look


BENCHMARK = Benchmark(
    name="builder",
    generate=_generate,
    sizes={"full": {"rows": 100_000}, "small": {"rows": 200}},
    contenders={OURS: Contender(_prepare, str, needs_instance=True)},
)
