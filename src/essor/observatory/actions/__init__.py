"""All that the observatory writes: bases and their versions, editions."""

from __future__ import annotations

from essor.observatory.actions.bases import (
    create_base,
    draft_base_version,
    edit_base_draft,
    import_base,
    load_shipped_bases,
    publish_base_version,
)

__all__ = [
    "create_base",
    "draft_base_version",
    "edit_base_draft",
    "import_base",
    "load_shipped_bases",
    "publish_base_version",
]
