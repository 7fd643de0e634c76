"""What a benchmark is, how one contender is measured, and how contenders are compared."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FEWEST_REPEATS = 5
ROUNDS = {"full": 3, "small": 1}
OURS = "essor"
_LIBRARIES = ("duckdb", "polars", "pyarrow", "numpy", "django")

Work = Callable[[], object]
"""One timed run; its answer is what ``Contender.digest`` reduces to a text."""


@dataclass(frozen=True, slots=True)
class Contender:
    """``prepare(folder)`` gets ready, untimed, and gives the work to time; ``digest`` makes an answer comparable.

    ``is_rival``: our time is compared with its time; a reference that is not one only checks the answer.
    ``needs_module``: a library that is no requirement of ours: without it the contender is left out.
    ``most_repeats``: fewer runs of a contender too slow to repeat (then without a first run to warm up).
    """

    prepare: Callable[[Path], Work]
    digest: Callable[[Any], str]
    is_rival: bool = True
    most_repeats: int | None = None
    needs_instance: bool = False
    needs_module: str = ""

    @property
    def is_here(self) -> bool:
        return not self.needs_module or find_spec(self.needs_module) is not None


@dataclass(frozen=True, slots=True)
class Bar:
    """What our contender promises at full size: at most so many times the best rival, seconds, megabytes."""

    ratio: float | None = None
    seconds: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """``sizes``: arguments of ``generate`` for ``full`` and ``small``. ``is_contest``: all answers must be the same."""

    name: str
    generate: Callable[..., object]
    sizes: Mapping[str, Mapping[str, int]]
    contenders: Mapping[str, Contender]
    bar: Bar = field(default_factory=Bar)
    is_contest: bool = True


class AnswersDiffer(Exception):
    """Two contenders do not give the same answer: no time is worth reporting. ``checksums`` by contender."""

    def __init__(self, benchmark: str, checksums: Mapping[str, str]) -> None:
        self.benchmark, self.checksums = benchmark, dict(checksums)
        super().__init__(f"{benchmark}: " + ", ".join(f"{name}={text}" for name, text in self.checksums.items()))


class ContenderFailed(Exception):
    """A contender's process ended badly; ``message`` is the last line that it wrote."""

    def __init__(self, benchmark: str, contender: str, message: str) -> None:
        self.benchmark, self.contender, self.message = benchmark, contender, message
        super().__init__(f"{benchmark} {contender}: {message}")


def digest_rows(rows: Iterable[Sequence[object]]) -> str:
    """A checksum of rows of integers and texts, whatever their order."""
    text = "\n".join(sorted(repr(tuple(row)) for row in rows))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_table(table: Any) -> str:
    """A checksum of an Arrow table, whatever the order of its rows and columns, and the widths of its integers."""
    names = sorted(table.column_names)
    return digest_rows(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def measure(contender: Contender, folder: Path, repeats: int) -> dict[str, Any]:
    """``repeats`` times of one contender in this process, after a run that does not count, and what it answered."""
    work = contender.prepare(folder)
    if contender.most_repeats is None:
        work()
    walls, processors, answer = [], [], None
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        answer = work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {
        "walls": walls,
        "processors": processors,
        "peak_megabytes": round(peak_megabytes()),
        "checksum": contender.digest(answer),
    }


def peak_megabytes() -> float:
    """The most memory that this process held at once. Linux tells it for this program alone, not for its launcher."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def run_benchmark(benchmark: Benchmark, folder: Path, *, size: str, repeats: int) -> list[dict[str, Any]]:
    """One line a contender. Raises AnswersDiffer, ContenderFailed.

    Contenders take turns, in rounds, each time in a new process: what else the machine does weighs on all of them.
    """
    benchmark.generate(folder, **benchmark.sizes[size])
    here = {name: contender for name, contender in benchmark.contenders.items() if contender.is_here}
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in here}
    rounds = ROUNDS[size]
    for _ in range(rounds):
        for name, contender in here.items():
            left = (contender.most_repeats or repeats) - sum(len(turn["walls"]) for turn in turns[name])
            if left > 0:
                turns[name].append(_run_apart(benchmark.name, name, folder, min(left, -(-repeats // rounds))))
    checksums = {f"{name} {place}": turn["checksum"] for name in turns for place, turn in enumerate(turns[name], 1)}
    if benchmark.is_contest and len(set(checksums.values())) > 1:
        raise AnswersDiffer(benchmark.name, checksums)
    return [{"benchmark": benchmark.name, "contender": name, "size": size, **_sum_up(turns[name])} for name in turns]


def _sum_up(turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    walls = [wall for turn in turns for wall in turn["walls"]]
    processors = [processor for turn in turns for processor in turn["processors"]]
    return {
        "seconds": round(statistics.median(walls), 4),
        "seconds_least": round(min(walls), 4),
        "seconds_most": round(max(walls), 4),
        "processor_seconds": round(statistics.median(processors), 4),
        "peak_megabytes": max(turn["peak_megabytes"] for turn in turns),
        "checksum": turns[0]["checksum"],
        "repeats": len(walls),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "versions": {library: version(library) for library in _LIBRARIES},
    }


def _run_apart(benchmark: str, contender: str, folder: Path, repeats: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "essor.project.benchmarks", benchmark, contender, str(folder), str(repeats)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ESSOR_DATA": str(folder), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment["DJANGO_SETTINGS_MODULE"] = "essor.project.settings"
    finished = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise ContenderFailed(benchmark, contender, (finished.stderr.strip().splitlines() or ["?"])[-1])
    line: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return line


def compare(benchmark: Benchmark, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Our time over each rival's, within the run, and whether the bar holds against the quickest of them."""
    rivals = [line for line in lines if line["contender"] != OURS and benchmark.contenders[line["contender"]].is_rival]
    ours = next((line for line in lines if line["contender"] == OURS), None)
    if ours is None or not rivals:
        return []
    quickest = min(rivals, key=lambda line: float(line["seconds"]))
    return [
        {
            "benchmark": benchmark.name,
            "contender": OURS,
            "against": rival["contender"],
            "ratio": round(ours["seconds"] / rival["seconds"], 2),
            "processor_ratio": round(ours["processor_seconds"] / rival["processor_seconds"], 2),
            "limit": benchmark.bar.ratio if rival is quickest else None,
        }
        for rival in rivals
    ]


def broken_promises(
    benchmark: Benchmark, lines: Sequence[Mapping[str, Any]], ratios: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What our contenders exceed, in words such as ``seconds 0.41 > 0.3``; none where the bar holds."""
    bar = benchmark.bar
    broken = [
        f"ratio {each['ratio']} > {each['limit']}" for each in ratios if each["limit"] and each["ratio"] > each["limit"]
    ]
    ours = [line for line in lines if line["contender"] == OURS or not benchmark.is_contest]
    for line in ours:
        for key, limit in (("seconds", bar.seconds), ("peak_megabytes", bar.megabytes)):
            if limit is not None and line[key] > limit:
                broken.append(f"{line['contender']} {key} {line[key]} > {limit}")
    return broken
