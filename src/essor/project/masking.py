"""The journal never holds a link that opens a file: whoever reads it would read the request of somebody else."""

from __future__ import annotations

import logging
import re

LINK = re.compile(r"(/suivi/)[^/\s?#]+")


class MaskLinks(logging.Filter):
    """Django names the address of a form that it refuses, and of a page that fails."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        record.msg, record.args = LINK.sub(r"\1…", said), None
        return True
