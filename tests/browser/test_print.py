"""The portrait on paper: no heading without its content, no footer, what was closed on the screen printed as well."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

EMPTY_HEADINGS = """() => {
    const seen = element => element.checkVisibility() && element.getBoundingClientRect().height > 0;
    const told = [...document.querySelectorAll("main :is(h2, h3, p, li, dd, table, svg, td)")].filter(seen);
    const rank = element => /^H[23]$/.test(element.tagName) ? Number(element.tagName[1]) : 9;
    return told.filter((element, i) => rank(element) < 9 && rank(told[i + 1] ?? element) <= rank(element))
               .map(element => element.textContent.trim());
}"""


def test_a_portrait_prints_whole(visitor: Page) -> None:
    visitor.goto("/portrait/640/")
    detail = visitor.get_by_role("table", name="Par secteur")
    expect(detail).to_have_count(0)
    visitor.emulate_media(media="print")
    assert visitor.evaluate(EMPTY_HEADINGS) == []
    assert detail.count() == 2, "one for each base"
    for place in range(2):
        expect(detail.nth(place)).to_be_visible()
    for said in ("Terrebonne", "Mascouche"):
        expect(visitor.get_by_role("rowheader", name=said).last).to_be_visible()
    expect(visitor.get_by_text("Emporter", exact=True)).to_be_hidden()
    expect(visitor.locator("footer").first).to_be_hidden()
    expect(visitor.get_by_role("link", name="Potagers du quartier")).to_be_visible()
