from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone

from essor.aid.actions import load_shipped_aids
from essor.territories.actions import load_shipped_bodies, load_shipped_territories


@pytest.fixture
def shared() -> Path:
    """The folder of real data that is not part of the project."""
    folder = Path(os.environ.get("ESSOR_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    if not (folder / "content").is_dir():
        pytest.skip("real data absent: set ESSOR_SHARED to the folder that holds content/")
    return folder


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    """The places and the programmes that are shipped."""
    load_shipped_territories(by=None, now=timezone.now())
    load_shipped_aids(now=timezone.now())


@pytest.fixture
def shipped_bodies(_catalogue: None) -> None:
    load_shipped_bodies(now=timezone.now())
