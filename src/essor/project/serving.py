"""The web server and the worker that does the long tasks: started, watched over and stopped together.

When the web server ends, all ends. The worker may end by itself (its database was restarted, the machine lacked
memory): pages are still served, and another worker starts.
"""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ATTACHED = "essor.project.attached"
THREADS = 4
LOOK_SECONDS = 0.2
HOUR_SECONDS = 3_600.0
STOP_SECONDS = 20
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
SETTLED_SECONDS = 60.0
"""A worker that lived that long did not fail as it began."""


class PortTaken(Exception):
    def __init__(self, *, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} {reason}")
        self.port = port
        self.reason = reason


class WebEnded(Exception):
    """The web server stopped by itself: the worker was stopped too."""

    def __init__(self, *, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def require_free_port(host: str, port: int) -> None:
    if not 1 <= port <= 65_535:
        raise PortTaken(host=host, port=port, reason="1–65535")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise PortTaken(host=host, port=port, reason=str(error)) from error


def choose_pause(*, before: float, lived: float) -> float:
    """Seconds to wait before the worker starts again; ``before``: the last wait, 0 at first; ``lived``: seconds.

    Twice the last one, a minute at most; the shortest again when the worker had settled.

    >>> [choose_pause(before=0, lived=5), choose_pause(before=4, lived=5), choose_pause(before=4, lived=600)]
    [1.0, 8.0, 1.0]
    """
    if before == 0 or lived >= SETTLED_SECONDS:
        return FIRST_PAUSE_SECONDS
    return min(2 * before, LONGEST_PAUSE_SECONDS)


class Worker:
    """The process of the long tasks: looked at now and then, and started again when it ended by itself."""

    def __init__(self, *, start: Callable[[], subprocess.Popen[bytes]], tell: Callable[[int, float], None]) -> None:
        self._start, self._tell = start, tell
        self._pause, self._due = 0.0, math.inf
        self._began = time.monotonic()
        self.process = start()

    def look(self) -> None:
        now = time.monotonic()
        if self._due == math.inf and self.process.poll() is not None:
            self._pause = choose_pause(before=self._pause, lived=now - self._began)
            self._due = now + self._pause
            self._tell(self.process.returncode, self._pause)
        elif now >= self._due:
            self._due, self._began = math.inf, now
            self.process = self._start()


class Hourly:
    """A short process, started when first looked at, then again each hour: the day's tasks, once each (``daily``)."""

    def __init__(self, *words: str, every_seconds: float = HOUR_SECONDS) -> None:
        self._words, self._every_seconds = words, every_seconds
        self._due = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        is_running = self.process is not None and self.process.poll() is None
        if is_running or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every_seconds
        self.process = subprocess.Popen([sys.executable, "-m", *self._words])


def run_until_stopped(
    *, host: str, port: int, workers: int, lock: int, tell: Callable[[int, float], None] = lambda _code, _pause: None
) -> None:
    """Returns when Ctrl-C or TERM stopped both; raises WebEnded when the web server ended by itself.

    ``lock``: the open file of ``holding.hold_folder``. ``tell``: hears the code of a worker that ended by itself, and
    in how many seconds another starts.
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    words = [
        "gunicorn", "essor.project.wsgi:application", "--bind", address, "--workers", str(workers),
        "--threads", str(THREADS), "--timeout", "60", "--log-level", "warning",
    ]  # fmt: skip
    with _asked_to_stop() as asked:
        web = _start(words, lock)
        worker = Worker(start=lambda: _start(["essor.project.working"], lock), tell=tell)
        daily = Hourly("essor", "daily")
        try:
            while not asked:
                if web.poll() is not None:
                    raise WebEnded(code=web.returncode)
                worker.look()
                daily.look()
                time.sleep(LOOK_SECONDS)
        finally:
            _stop([web, worker.process, *([daily.process] if daily.process else [])])


def _start(words: list[str], lock: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", ATTACHED, str(os.getpid()), *words], pass_fds=[lock])


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """A list that is empty until a signal asks to stop."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
