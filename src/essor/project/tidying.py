"""What must not be kept is thrown away once a day while the platform runs: ``essor tidy``, in its own process."""

from __future__ import annotations

import subprocess
import sys
import time

DAY_SECONDS = 86_400.0


class Daily:
    """Looked at now and then by whoever runs the processes: the first time it starts one, then once a day."""

    def __init__(self, *, every_seconds: float = DAY_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._due = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        is_running = self.process is not None and self.process.poll() is None
        if is_running or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every_seconds
        self.process = subprocess.Popen([sys.executable, "-m", "essor", "tidy"], stdout=subprocess.DEVNULL)
