"""The journal never holds a link that opens a file, or that speaks for a giver or a subscriber: whoever reads it would
act as somebody else."""

from __future__ import annotations

import logging
import re

LINK = re.compile(r"(/suivi/|/aides/confirmer/|/trouver/avis/(?:confirmer|quitter)/)[^/\s?#]+")


class MaskLinks(logging.Filter):
    """Django names the address of a form that it refuses, and of a page that fails."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        record.msg, record.args = LINK.sub(r"\1…", said), None
        return True
