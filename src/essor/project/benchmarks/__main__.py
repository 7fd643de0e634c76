"""One contender in this process: ``python -m essor.project.benchmarks BENCHMARK CONTENDER FOLDER REPEATS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from essor.project.benchmarks.measuring import measure
from essor.project.benchmarks.registry import load_benchmark


def main() -> None:
    name, contender, folder, repeats = sys.argv[1:]
    chosen = load_benchmark(name).contenders[contender]
    if chosen.needs_instance:
        import django

        django.setup()
    sys.stdout.write(json.dumps(measure(chosen, Path(folder), int(repeats))) + "\n")


if __name__ == "__main__":
    main()
