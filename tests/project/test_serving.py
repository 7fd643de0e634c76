from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from essor.project.serving import PortTaken, require_free_port

CLONE = Path(__file__).resolve().parents[2]


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


@pytest.mark.slow
def test_the_server_starts_from_nothing_answers_and_stops_with_its_worker(tmp_path: Path) -> None:
    port = find_free_port()
    server = start(tmp_path, port)
    try:
        assert '"instance": "real"' in read_health(port, server)
        second = start(tmp_path, port)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"au port {port}" in said
        assert "Traceback" not in said
    finally:
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=60)
    assert server.returncode == 0, said
    assert f"http://localhost:{port}/" in said
    assert "Essor est arrêté" in said
    require_free_port("127.0.0.1", port)
