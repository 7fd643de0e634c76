"""The finder in the page of another site, by keyboard: no cookie, no script needed, nothing else opens there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE_MS, Site

PATH = "/integre/trouver/?accent=7a1f5c&ink=222222&paper=ffffff"


@pytest.fixture
def partner(site: Site) -> Iterator[str]:
    """A site of another origin whose pages frame the finder, and the catalogue."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = PATH if self.path == "/finder" else "/aides/"
            frame = f'<iframe title="Aide" src="{site.address}{path}" width="100%" height="900"></iframe>'
            page = f"<!doctype html><title>Caisse</title>{frame}"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_said: Any) -> None:
            pass

    web = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_visitor_of_a_partner_answers_in_the_frame(partner: str, browser: Browser, has_script: bool) -> None:
    context = browser.new_context(locale="fr-CA", java_script_enabled=has_script)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{partner}/finder")
    frame = page.frame_locator("iframe")
    first = frame.locator("legend, label").first.inner_text()
    frame.locator("button[name=skip]").press("Enter")
    expect(frame.locator("#jusquici")).to_be_visible()
    expect(frame.locator("legend, label").first).not_to_have_text(first)
    frame.get_by_role("link", name="Voir les réponses maintenant").press("Enter")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Ce qui existe pour vous")
    assert frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Essor, en pleine page").press("Enter")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Ce qui existe pour vous")
    assert "/integre/" not in opened.value.url
    opened.value.close()
    assert page.url == f"{partner}/finder"
    assert context.cookies() == []
    context.close()


def test_nothing_else_opens_in_a_frame(partner: str, browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{partner}/catalogue")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Toutes les aides")).to_have_count(0)
