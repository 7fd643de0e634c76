"""A demonstration of its own for benchmarks that need the whole platform: nothing else's data is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def build_instance(folder: Path, **_: int) -> None:
    """Builds the fictitious territory in ``folder``, in a process of its own, on SQLite."""
    words = [sys.executable, "-m", "essor", "demo", "--build-only"]
    subprocess.run(words, env=make_environment(folder), check=True, capture_output=True)


def make_environment(folder: Path) -> dict[str, str]:
    """What a process needs to work on the instance in ``folder`` and on no other."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ESSOR_DATA": str(folder), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return environment | {"DJANGO_SETTINGS_MODULE": "essor.project.settings"}
