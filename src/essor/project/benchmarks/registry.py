"""The benchmarks, by name. A new one is a module here with a ``BENCHMARK``, and a line in this table."""

from __future__ import annotations

from importlib import import_module

from essor.project.benchmarks.measuring import Benchmark

MODULES = {
    "cube": "cube",
    "known": "known",
    "criteria": "criteria",
    "eligibility": "eligibility",
    "import": "importing",
    "builder": "builder",
    "pages": "pages",
    "programmes": "programmes",
    "forecast": "forecasts",
}


def load_benchmark(name: str) -> Benchmark:
    """Imports one benchmark alone, so that a contender's memory holds nothing of the others."""
    benchmark: Benchmark = import_module(f"essor.project.benchmarks.{MODULES[name]}").BENCHMARK
    return benchmark
