"""All that the observatory writes: bases and their versions, editions."""

from __future__ import annotations

from essor.observatory.actions.bases import (
    create_base,
    draft_base_version,
    edit_base_draft,
    find_replaced,
    import_base,
    load_shipped_bases,
    publish_base_version,
    require_steward,
    start_base,
)
from essor.observatory.actions.editions import Preview, preview_edition, publish_edition

__all__ = [
    "Preview",
    "create_base",
    "draft_base_version",
    "edit_base_draft",
    "find_replaced",
    "import_base",
    "load_shipped_bases",
    "preview_edition",
    "publish_base_version",
    "publish_edition",
    "require_steward",
    "start_base",
]
