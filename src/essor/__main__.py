"""The word after ``essor``: ``test`` and ``check`` are ours, every other one is a management command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
    from essor.project import starting

    sys.exit(starting.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
