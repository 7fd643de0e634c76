from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from essor.project.benchmarks.generators import write_known_facts, write_yearly_profiles
from essor.project.benchmarks.measuring import (
    OURS,
    AnswersDiffer,
    Bar,
    Benchmark,
    Contender,
    ContenderFailed,
    broken_promises,
    compare,
    run_benchmark,
)
from essor.project.benchmarks.registry import MODULES, load_benchmark


@pytest.fixture
def own_data(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_each_benchmark_runs_small_and_leaves_nothing(
    name: str, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark = load_benchmark(name)
    out = own_data / "lines.jsonl"
    call_command("bench", name, out=out)
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    lines = {record["contender"]: record for record in records if "seconds" in record}
    here = {name: contender for name, contender in benchmark.contenders.items() if contender.is_here}
    assert list(lines) == list(here)
    if benchmark.is_contest:
        assert len({line["checksum"] for line in lines.values()}) == 1
    rivals = {name for name, each in here.items() if each.is_rival and name != OURS}
    ratios = {record["against"] for record in records if "ratio" in record}
    assert ratios == (rivals if OURS in lines else set())
    assert list((own_data / "bench").iterdir()) == []
    shown = capsys.readouterr().out
    assert all(contender in shown for contender in lines)


def test_an_unknown_benchmark_is_refused_with_the_known_ones(own_data: Path) -> None:
    with pytest.raises(
        CommandError, match="cube, known, criteria, eligibility, import, builder, pages, programmes, forecast"
    ):
        call_command("bench", "speed")


def test_a_median_of_too_few_is_refused(own_data: Path) -> None:
    with pytest.raises(CommandError, match="au moins 5"):
        call_command("bench", "criteria", repeats=3)


def test_the_same_seed_makes_the_same_data(tmp_path: Path) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        write_yearly_profiles(folder, organisations=500, years=2, seed=4)
        write_known_facts(folder, facts=500, seed=4)
    first, second = (sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert [file.name for file in first] == ["known-facts.parquet", "profiles-2014.parquet", "profiles-2015.parquet"]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def lines_of(ours: float, rival: float) -> list[dict[str, object]]:
    line = {"benchmark": "made-up", "peak_megabytes": 80, "checksum": "x"}
    return [
        {**line, "contender": OURS, "seconds": ours, "processor_seconds": ours},
        {**line, "contender": "rival", "seconds": rival, "processor_seconds": 2 * rival},
        {**line, "contender": "slow", "seconds": 9.0, "processor_seconds": 9.0},
    ]


def made_up(bar: Bar) -> Benchmark:
    contender = Contender(lambda _: lambda: None, str)
    contenders = {OURS: contender, "rival": contender, "slow": contender}
    return Benchmark("made-up", lambda _: None, {"small": {}}, contenders, bar)


def test_we_are_held_to_the_quickest_rival() -> None:
    benchmark = made_up(Bar(ratio=1.2, megabytes=50))
    lines = lines_of(3.0, 2.0)
    ratios = compare(benchmark, lines)
    assert [(each["against"], each["ratio"], each["limit"]) for each in ratios] == [
        ("rival", 1.5, 1.2),
        ("slow", 0.33, None),
    ]
    assert broken_promises(benchmark, lines, ratios) == ["ratio 1.5 > 1.2", "essor peak_megabytes 80 > 50"]


def test_a_kept_promise_is_not_reported() -> None:
    benchmark = made_up(Bar(ratio=1.2, seconds=2.5, megabytes=100))
    lines = lines_of(2.2, 2.0)
    assert broken_promises(benchmark, lines, compare(benchmark, lines)) == []


def test_different_answers_stop_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter("aab" + "aaa" * 9)
    turn = {"walls": [1.0, 1.0], "processors": [1.0, 1.0], "peak_megabytes": 1}
    monkeypatch.setattr("essor.project.benchmarks.measuring._run_apart", lambda *_: {**turn, "checksum": next(answers)})
    with pytest.raises(AnswersDiffer, match="slow 1=b"):
        run_benchmark(made_up(Bar()), tmp_path, size="small", repeats=5)


def test_a_contender_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(ContenderFailed, match="KeyError: 'made-up'"):
        run_benchmark(made_up(Bar()), tmp_path, size="small", repeats=5)
