"""What the repository says of itself is true: models in the glossary, settings and commands in the guides."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from essor.engines.snapshots import Snapshot
from essor.methods.comparison import PARTS
from essor.methods.units import Unit
from essor.observatory.folders import MANIFEST
from essor.project.environment import VARIABLES
from essor.project.starting import FOR_DEVELOPERS, USAGE

CLONE = Path(__file__).resolve().parents[2]
SOURCES = sorted((CLONE / "src").rglob("*.py"))
TEMPLATES = sorted((CLONE / "src").rglob("templates/**/*.html"))


def read_together(*patterns: str) -> str:
    files = [file for pattern in patterns for file in sorted(CLONE.glob(pattern)) if file.is_file()]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_model_is_in_the_glossary() -> None:
    glossary = (CLONE / "GLOSSARY.md").read_text(encoding="utf-8")
    models = [model.__name__ for model in apps.get_models() if model.__module__.startswith("essor.")]
    assert [name for name in models if f"`{name}`" not in glossary] == []


def test_what_a_comparison_and_an_edition_are_made_of_is_in_the_glossary() -> None:
    glossary = (CLONE / "GLOSSARY.md").read_text(encoding="utf-8")
    names = [*PARTS, Unit.__name__, Snapshot.__name__, MANIFEST]
    assert [name for name in names if f"`{name}`" not in glossary] == []


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    page = (CLONE / "docs/settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE)) == set(VARIABLES)


def test_every_variable_named_anywhere_is_a_known_one() -> None:
    everywhere = read_together("essor", ".ci/run", "src/**/*.py", "docs/**/*.md", "*.md")
    assert set(re.findall(r"\bESSOR_[A-Z]+(?:_[A-Z]+)*\b", everywhere)) <= set(VARIABLES)


def test_every_command_is_written_in_a_guide() -> None:
    ours = [name for name, app in get_commands().items() if app.startswith("essor")]
    pages = read_together("*.md", "docs/**/*.md") + USAGE.replace("essor ", "./essor ")
    assert [
        name for name in (*ours, *FOR_DEVELOPERS) if f"./essor {name}" not in pages and f" {name} " not in USAGE
    ] == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(CLONE)))
def test_nothing_is_translated_while_a_module_is_read(file: Path) -> None:
    """At import no language is chosen yet: a sentence there must be lazy."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    now = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.utils.translation")
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext", "npgettext"}
    }
    frozen = [
        call.lineno for call in list_calls_at_import(tree) if isinstance(call.func, ast.Name) and call.func.id in now
    ]
    assert frozen == []


def list_calls_at_import(tree: ast.Module) -> list[ast.Call]:
    """The calls outside every function: those that run when the module is read."""
    found: list[ast.Call] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            found.append(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += [*node.decorator_list, *node.args.defaults]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(CLONE)))
def test_no_template_carries_a_script_or_a_style(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", text, re.IGNORECASE)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//[^\"]*\.(?:js|css|woff2?)", text)


def test_folders_are_named_by_what_they_do() -> None:
    refused = {"utils", "helpers", "common", "core", "base", "misc", "lib", "services", "manager"}
    assert [str(file.relative_to(CLONE)) for file in SOURCES if {file.stem, file.parent.name} & refused] == []


def test_layers_hold_every_room() -> None:
    """The contract is exhaustive, which import-linter checks; this one says so even where it is not run."""
    contract = (CLONE / "pyproject.toml").read_text(encoding="utf-8")
    rooms = [folder.name for folder in (CLONE / "src/essor").iterdir() if (folder / "__init__.py").exists()]
    layers = contract.partition("layers = [")[2].partition("]")[0]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", layers)] == []


def test_every_room_has_its_storeys() -> None:
    """Each room but the arithmetic has a contract of its own, exhaustive: a new module must be given its place."""
    contracts = (CLONE / "pyproject.toml").read_text(encoding="utf-8").split("[[tool.importlinter.contracts]]")[1:]
    rooms = [folder.name for folder in (CLONE / "src/essor").iterdir() if (folder / "__init__.py").exists()]
    held = {room for room in rooms for text in contracts if f'"essor.{room}"]' in text and "exhaustive = true" in text}
    assert set(rooms) - held == {"methods"}


BELOW = {"actions", "differences", "folders", "guards", "importing", "models", "portraits", "queries", "rules"}
CLOCK = re.compile(r"timezone\.(?:now|localdate|localtime)\(\)|datetime\.now\(|date\.today\(|time\.time\(")


def test_the_clock_is_read_by_views_tasks_and_commands_alone() -> None:
    apps = [CLONE / "src/essor" / name for name in ("territories", "directory", "observatory")]
    below = [file for app in apps for file in app.rglob("*.py") if {file.stem, *file.parts} & BELOW]
    assert len(below) > 30
    assert [str(file.relative_to(CLONE)) for file in below if CLOCK.search(file.read_text(encoding="utf-8"))] == []
