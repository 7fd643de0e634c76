"""What the forecast of a programme costs when it is made, for both levels of its target: 5 000 files, and 20."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from essor.project.benchmarks.measuring import Benchmark, Contender, Work
from essor.project.benchmarks.programmes import FEW, MANY, SIZES, build_programmes


def _make_forecast(slug: str) -> Callable[[Path], Work]:
    def prepare(_: Path) -> Work:
        from django.utils import timezone

        from essor.programmes.queries import get_programme, list_targets
        from essor.programmes.queries.journeys import forecast_targets

        programme = get_programme(slug)
        targets = [line.target for line in list_targets(programme)]
        return lambda: forecast_targets(programme, targets, on=timezone.localdate())

    return prepare


def _say_parts(made: list[object]) -> str:
    return f"{len(made)} parts"


BENCHMARK = Benchmark(
    name="forecast",
    generate=build_programmes,
    sizes=SIZES,
    contenders={slug: Contender(_make_forecast(slug), _say_parts, needs_instance=True) for slug in (FEW, MANY)},
    is_contest=False,
)
