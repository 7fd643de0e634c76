from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.project.serving import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    SETTLED_SECONDS,
    PortTaken,
    choose_pause,
    require_free_port,
)

CLONE = Path(__file__).resolve().parents[2]
WORKER = "essor.project.working"


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ESSOR_", "DATABASE_"))}
    said = {
        "PYTHONPATH": str(CLONE / "src"),
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
        "ESSOR_DATA": str(folder),
        "ESSOR_WORKERS": "1",
    }
    words = [sys.executable, "-m", "essor", "serve", "--port", str(port)]
    return subprocess.Popen(words, env=kept | said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def read_health(port: int, server: subprocess.Popen[str]) -> str:
    for _attempt in range(300):
        assert server.poll() is None, server.stdout.read() if server.stdout else ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/") as answer:
                content: str = answer.read().decode()
                return content
        except OSError:
            time.sleep(0.1)  # a server takes a moment to answer; nothing is measured
    raise AssertionError("the server did not answer")


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken):
            require_free_port("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(PortTaken):
        require_free_port("127.0.0.1", 99_999)


@given(lives=st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=20))
def test_a_worker_that_keeps_ending_waits_longer_and_never_more_than_a_minute(lives: list[float]) -> None:
    pauses = [0.0]
    for lived in lives:
        pauses.append(choose_pause(before=pauses[-1], lived=lived))
        assert FIRST_PAUSE_SECONDS <= pauses[-1] <= LONGEST_PAUSE_SECONDS
        assert pauses[-1] == FIRST_PAUSE_SECONDS if lived >= SETTLED_SECONDS else pauses[-1] >= pauses[-2]


@pytest.fixture
def port() -> int:
    return find_free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """``serve`` on a new data folder, answering."""
    started = start(tmp_path, port)
    try:
        read_health(port, started)
        yield started
    finally:
        if started.poll() is None:
            for child in psutil.Process(started.pid).children(recursive=True):
                child.kill()
            started.kill()
        started.communicate(timeout=60)


def find_child(server: subprocess.Popen[str], module: str) -> psutil.Process:
    """The process that runs this module; waits for it."""
    for _attempt in range(100):
        for child in psutil.Process(server.pid).children():
            if child.status() != psutil.STATUS_ZOMBIE and module in child.cmdline():
                return child
        time.sleep(0.1)  # a process takes a moment to start; nothing is measured
    raise AssertionError(f"no process runs {module}")


@pytest.mark.slow
def test_the_server_starts_from_nothing_answers_and_stops_with_its_worker(
    tmp_path: Path, server: subprocess.Popen[str], port: int
) -> None:
    assert '"instance": "real"' in read_health(port, server)
    elsewhere = tmp_path / "elsewhere"
    for folder, asked, sentence in [
        (tmp_path, find_free_port(), f"est déjà servi (processus {server.pid}, port {port})"),
        (elsewhere, port, f"au port {port}"),
    ]:
        second = start(folder, asked)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert sentence in said
        assert "Traceback" not in said
    server.send_signal(signal.SIGTERM)
    said, _ = server.communicate(timeout=60)
    assert server.returncode == 0, said
    assert f"http://localhost:{port}/" in said
    assert "Essor est arrêté" in said
    require_free_port("127.0.0.1", port)


@pytest.mark.slow
def test_pages_are_served_while_another_worker_starts_and_nothing_without_the_web(
    server: subprocess.Popen[str], port: int
) -> None:
    worker = find_child(server, WORKER)
    worker.kill()
    worker.wait()
    assert '"status": "ok"' in read_health(port, server)
    assert find_child(server, WORKER).pid != worker.pid
    find_child(server, "gunicorn").kill()
    said, _ = server.communicate(timeout=60)
    assert server.returncode == 1
    assert "Le processus des tâches longues s’est arrêté (code -9)" in said
    assert "Le serveur de pages s’est arrêté seul (code -9)" in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_a_server_that_is_killed_leaves_nobody_behind(tmp_path: Path, server: subprocess.Popen[str], port: int) -> None:
    find_child(server, WORKER)
    family = psutil.Process(server.pid).children(recursive=True)
    assert len(family) >= 3, "gunicorn, its one process, the worker"
    server.kill()
    assert psutil.wait_procs(family, timeout=20)[1] == []
    again = start(tmp_path, port)
    try:
        read_health(port, again)
    finally:
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=60)
    assert again.returncode == 0
