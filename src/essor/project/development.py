"""The developer's two words: ``test`` and ``check``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from essor.project.environment import CLONE

WRONG = 2
HELP = ("-h", "--help", "help")
CHECK_USAGE = """\
essor check               toutes les vérifications · every check
essor check NOM …         celles qu’on nomme · those that are named

{names}
"""
UNKNOWN_CHECK = (
    "essor : aucune vérification ne s’appelle {words}. Choisissez parmi : {names}.\n"
    "essor: no check is called {words}. Choose among: {names}.\n"
)
WHY_NOT = {
    "browser": "essor : sans Chromium (paquet chromium), les parcours de navigateur sont laissés de côté.",
    "postgresql": "essor : sans DATABASE_URL, ce qui demande PostgreSQL est laissé de côté.",
    "shared": "essor : sans ESSOR_SHARED, ce qui lit les grands fichiers d’exemple est laissé de côté.",
}


def list_absent_means() -> list[str]:
    """What tests want and this machine has not: each is said in one line, and skips its tests."""
    shared = Path(os.environ.get("ESSOR_SHARED", CLONE.parent / "shared"))
    present = {
        "browser": bool(shutil.which("chromium") or shutil.which("chromium-browser")),
        "postgresql": bool(os.environ.get("DATABASE_URL")),
        "shared": shared.is_dir(),
    }
    return [name for name, is_there in present.items() if not is_there]


def test(words: list[str]) -> int:
    """All tests on as many processes as there are cores (four at most); the tests named, on one."""
    for name in list_absent_means():
        sys.stderr.write(WHY_NOT[name] + "\n")
    processes = min(4, os.cpu_count() or 1)
    names_files = any((CLONE / word.partition("::")[0]).exists() for word in words if not word.startswith("-"))
    is_whole = not names_files and not any(word.startswith("-n") for word in words)
    spread = ["-n", str(processes), "--dist", "loadfile"] if is_whole and processes > 1 else []
    # The settings of the tests, not those that this very process was started with.
    environment = _make_environment() | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    return _run([sys.executable, "-m", "pytest", *spread, *words], environment)


def check(words: list[str]) -> int:
    """Every check, none hiding another; ``words`` keep only those named. The exit code is 1 when one fails.

    A word that names no check is refused (2) before anything runs.
    """
    if any(word in HELP for word in words):
        sys.stdout.write(CHECK_USAGE.format(names=" | ".join(list_checks())))
        return 0
    if unknown := [word for word in words if word not in list_checks()]:
        sys.stderr.write(UNKNOWN_CHECK.format(words=", ".join(unknown), names=", ".join(list_checks())))
        return WRONG
    with tempfile.TemporaryDirectory(prefix="essor-check-") as folder:
        environment = _make_environment() | {"ESSOR_DATA": folder}
        environment.pop("DATABASE_URL", None)
        results = {}
        for name, command in list_checks().items():
            if words and name not in words:
                continue
            sys.stdout.write(f"— {name}\n")
            sys.stdout.flush()
            began = time.monotonic()
            results[name] = _run(command, environment)
            sys.stdout.write(f"  {'ok' if results[name] == 0 else 'REFUSÉ'} ({time.monotonic() - began:.0f} s)\n")
    failed = [name for name, code in results.items() if code]
    sys.stdout.write(f"À corriger : {', '.join(failed)}\n" if failed else "Tout est en ordre.\n")
    return 1 if failed else 0


def list_checks() -> dict[str, list[str]]:
    python = sys.executable
    tools = Path(python).parent
    sources = ["src", "tests", "hatch_build.py"]
    return {
        "lint": [python, "-m", "ruff", "check", *sources],
        "format": [python, "-m", "ruff", "format", "--check", "--quiet", *sources],
        "templates": [python, "-m", "djlint", "src/essor", "--lint", "--quiet"],
        "types": [python, "-m", "mypy"],
        "layers": [str(tools / "lint-imports"), "--no-cache"],
        "migrations": [python, "-m", "essor", "makemigrations", "--check", "--dry-run"],
        "translations": [python, "-m", "essor", "translations"],
    }


def _make_environment() -> dict[str, str]:
    path = os.pathsep.join([str(CLONE / "src"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return {**os.environ, "PYTHONPATH": path}


def _run(command: list[str], environment: dict[str, str]) -> int:
    return subprocess.run(command, cwd=CLONE, env=environment, check=False).returncode
