from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from essor.directory import actions
from essor.directory.models import Organisation, Source

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def source(db: None) -> Source:
    return actions.create_source(title="Recensement 2026", publisher="Table régionale", by=None, now=NOW)


@pytest.fixture
def coop(source: Source) -> Organisation:
    return actions.create_organisation(key="pain-partage", name="Coop Le Pain partagé", source=source, by=None, now=NOW)


@pytest.fixture
def shared() -> Path:
    """The folder of real data that is not part of the project."""
    folder = Path(os.environ.get("ESSOR_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip("real data absent: set ESSOR_SHARED to the folder that holds data/")
    return folder
