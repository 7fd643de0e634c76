from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def shared() -> Path:
    """The folder of real data that is not part of the project."""
    folder = Path(os.environ.get("ESSOR_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    if not (folder / "content").is_dir():
        pytest.skip("real data absent: set ESSOR_SHARED to the folder that holds content/")
    return folder
