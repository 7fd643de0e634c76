"""One ``serve`` for each data folder: whoever serves it holds the lock of one file, and so do the processes it starts.

The system lets go of the lock when the last of them ends, whatever ended it: no mark is left behind to be cleaned up.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FILE = "serve.lock"
PATIENCE_SECONDS = 3.0
"""What was just stopped takes a moment to end."""
LOOK_SECONDS = 0.1


class FolderTaken(Exception):
    """``holder``: what the one that serves it said of itself, its process and its port; empty if it said nothing."""

    def __init__(self, *, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextmanager
def hold_folder(folder: Path, *, said: str) -> Iterator[int]:
    """Gives the open file to hand to the processes started; raises FolderTaken. ``said``: read by who is refused."""
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        _wait_for(file)
        file.truncate(0)
        file.write(said)
        file.flush()
        yield file.fileno()


def _wait_for(file: IO[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                file.seek(0)
                raise FolderTaken(holder=file.read().strip()) from error
            time.sleep(LOOK_SECONDS)
        else:
            return
