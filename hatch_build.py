"""Compiles the English catalogues before a wheel is packed: they are not kept in the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledTranslations(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling names them
        sys.path.insert(0, str(Path(self.root) / "src"))
        from essor.project.translations import compile_translations

        compile_translations()
