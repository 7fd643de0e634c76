"""Mappings and demonstrations: plain YAML, whose meaning belongs to those who read them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from essor.knowledge.reading import definitions_folder, find_file, list_files, read_yaml


@cache
def load_mappings(name: str) -> Mapping[str, Any]:
    """``definitions/mappings/<name>.yaml``, which says what each column of a known file feeds."""
    return MappingProxyType(read_yaml(find_file("mappings", name)))


def list_body_files() -> list[Path]:
    """``definitions/bodies/*.csv``: the bodies that ship with the platform, in the grammar of the file of bodies."""
    return sorted((definitions_folder() / "bodies").glob("*.csv"))


def find_demo_bodies(name: str) -> Path:
    """``definitions/demo/<name>-organismes.csv``: the fictitious bodies of the demonstration."""
    return definitions_folder() / "demo" / f"{name}-organismes.csv"


def find_demo_startups(programme: str) -> Path:
    """``definitions/demo/<programme>-dossiers.csv``: the fictitious files of a programme."""
    return definitions_folder() / "demo" / f"{programme}-dossiers.csv"


def list_mappings() -> list[str]:
    """The names that :func:`load_mappings` knows."""
    return [file.stem for file in list_files("mappings")]


@cache
def load_demo(name: str) -> Mapping[str, Any]:
    """``definitions/demo/<name>.yaml``: fictitious records for the demonstration."""
    return MappingProxyType(read_yaml(find_file("demo", name)))
