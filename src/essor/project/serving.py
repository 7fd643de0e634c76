"""The web server and the worker that does the long tasks, started and stopped together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from essor.project.tidying import Daily

THREADS = 4
LOOK_SECONDS = 0.2
STOP_SECONDS = 20


class PortTaken(Exception):
    def __init__(self, *, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} {reason}")
        self.port = port
        self.reason = reason


class ProcessEnded(Exception):
    """One of the two stopped by itself: the other was stopped too."""

    def __init__(self, *, name: str, code: int) -> None:
        super().__init__(f"{name} {code}")
        self.name = name
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


def run_until_stopped(*, host: str, port: int, workers: int) -> None:
    """Returns when Ctrl-C or TERM stopped both; raises ProcessEnded when one ended by itself."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        "gunicorn", "essor.project.wsgi:application", "--bind", address, "--workers", str(workers),
        "--threads", str(THREADS), "--timeout", "60", "--log-level", "warning",
    ]  # fmt: skip
    commands = {"web": web, "tasks": ["essor", "db_worker"]}
    with _asked_to_stop() as asked:
        running = {name: subprocess.Popen([sys.executable, "-m", *words]) for name, words in commands.items()}
        tidying = Daily()
        try:
            while not asked:
                tidying.look()
                for name, process in running.items():
                    if process.poll() is not None and not asked:
                        raise ProcessEnded(name=name, code=process.returncode)
                time.sleep(LOOK_SECONDS)
        finally:
            _stop([*running.values(), *([tidying.process] if tidying.process else [])])


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
