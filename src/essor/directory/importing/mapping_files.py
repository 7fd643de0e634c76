"""A mapping from its YAML file, or from the name of one that is shipped."""

from __future__ import annotations

from pathlib import Path

from essor.directory.importing.mapping import FileMapping, parse_mapping
from essor.directory.rules import DirectoryError
from essor.knowledge import list_mappings, load_mappings
from essor.knowledge.reading import read_yaml


def read_mapping(name: str) -> FileMapping:
    """Raises DirectoryError, or DefinitionRefused where the YAML does not read."""
    file = Path(name)
    if file.is_file():
        return parse_mapping(read_yaml(file))
    shipped = name.removesuffix(".yaml")
    if shipped in list_mappings():
        return parse_mapping(load_mappings(shipped))
    raise DirectoryError("mapping-absent", value=name, allowed=tuple(list_mappings()))
