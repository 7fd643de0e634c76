"""A real browser against the real server: gunicorn, the worker of long tasks, and the demonstration's data."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from essor.project.demonstration.building import PASSWORD, PEOPLE

CLONE = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ADVISER, ADMINISTRATOR = (email for email, _name, _role in PEOPLE[:2])
LOOKS_FOR_SERVER, LOOK_SECONDS = 300, 0.1
PATIENCE_MS = 10_000

OpenContext = Callable[..., BrowserContext]


@dataclass
class Site:
    """One server with data of its own."""

    address: str
    folder: Path
    signed_in: StorageState | None = field(default=None)


def make_environment(folder: Path) -> dict[str, str]:
    said = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    path = os.pathsep.join([str(CLONE / "src"), said.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return said | {"ESSOR_DATA": str(folder), "ESSOR_WORKERS": "1", "PYTHONPATH": path}


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's data, built once; each server works on a copy."""
    folder = tmp_path_factory.mktemp("demonstration")
    command = [sys.executable, "-m", "essor", "demo", "--build-only"]
    built = subprocess.run(
        command, cwd=CLONE, env=make_environment(folder), capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(demonstration, folder, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    command = [sys.executable, "-m", "essor", "serve", "--port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=CLONE, env=make_environment(folder), stdout=out, stderr=out)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(server, f"{address}/sante/", log)
        yield Site(address, folder)
    finally:
        server.terminate()
        server.wait(timeout=40)


def wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _look in range(LOOKS_FOR_SERVER):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  an address of this machine
                assert answer.status == 200
                return
        except OSError:
            try:
                server.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # One module at a time: while the browser's loop runs, Django would refuse the database to other tests.
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser, site: Site) -> Iterator[OpenContext]:
    """Opens a window of its own. What the browser complains of, and whatever leaves the machine, fails the test."""
    faults: list[str] = []
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        said = {"locale": "fr-CA", "timezone_id": "America/Toronto", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(base_url=site.address, **(said | options))
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", lambda message: note_console(faults, message))
        context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
        context.on("request", lambda request: note_request(faults, site, request))
        context.on("response", lambda response: note_response(faults, response))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert not faults, "\n".join(faults)


def note_console(faults: list[str], message: Any) -> None:
    # A page that answers 4xx on purpose is a « failed » resource to the console; note_response judges answers.
    if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
        faults.append(f"{message.type}: {message.text}")


def note_request(faults: list[str], site: Site, request: Any) -> None:
    if not request.url.startswith((site.address, "data:", "blob:")):
        faults.append(f"asked elsewhere: {request.url}")


def note_response(faults: list[str], response: Any) -> None:
    is_page = response.request.resource_type in {"document", "xhr", "fetch"}
    if response.status >= (500 if is_page else 400):
        faults.append(f"{response.status}: {response.url}")


@pytest.fixture
def visitor(open_context: OpenContext) -> Page:
    return open_context().new_page()


@pytest.fixture
def open_adviser(open_context: OpenContext, site: Site) -> Callable[..., Page]:
    """A page of a window where the demonstration's adviser is signed in."""

    def open_one(**options: Any) -> Page:
        if site.signed_in is None:
            context = open_context()
            sign_in(context.new_page())
            site.signed_in = context.storage_state()
        return open_context(storage_state=site.signed_in, **options).new_page()

    return open_one


@pytest.fixture
def adviser_page(open_adviser: Callable[..., Page]) -> Page:
    return open_adviser()


def sign_in(page: Page, email: str = ADVISER, *, lands_on: str = "Mon bureau") -> None:
    page.goto("/compte/login/")
    page.get_by_label("Courriel").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(lands_on)


def see(page: Page, words: str) -> None:
    """Waits for them: a click may still be leading to the page that says them."""
    expect(page.locator("body")).to_contain_text(words)
