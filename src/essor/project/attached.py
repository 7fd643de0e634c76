"""Runs a module as ``python -m`` does, in a process that ends when the one that started it does, however that ended.

    python -m essor.project.attached PARENT MODULE WORDS…

Only Linux tells a process that its parent is gone; elsewhere it lives on, and still holds the data folder.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2): the signal to receive when the parent ends


def end_with(parent: int) -> None:
    """``parent``: the number of the process that started this one; it may be gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
