"""The word after ``essor``: ``test`` and ``check`` are ours, every other one is a management command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
    words = sys.argv[1:]
    if words[:1] in (["test"], ["check"]):
        from essor.project import development

        sys.exit(getattr(development, words[0])(words[1:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["essor", *words])


if __name__ == "__main__":
    main()
