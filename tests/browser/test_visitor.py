"""A visitor with a keyboard and no mouse, who reads the portrait and asks where a figure comes from."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MOST_STEPS = 80
FOCUSED = """() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const drawn = getComputedStyle(element);
    return {
        tag: element.tagName,
        text: element.innerText || element.getAttribute("aria-label") || "",
        href: element.getAttribute("href") || "",
        is_ringed: drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2,
        is_seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def tab_to(page: Page, *, text: str, href: str = "") -> None:
    """Presses Tab until the thing named has the focus; wherever the focus stops, one must see it."""
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["is_ringed"], f"no ring around {focused}"
        assert focused["is_seen"], f"out of sight: {focused}"
        if text in focused["text"] and href in focused["href"]:
            return
    pytest.fail(f"Tab never came to « {text} » on {page.url}")


def test_a_visitor_reads_the_portrait_and_a_figure_by_keyboard_in_both_languages(visitor: Page) -> None:
    visitor.goto("/")
    tab_to(visitor, text="Le portrait", href="/portrait/640/")
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(re.compile(r"/portrait/640/$"))
    expect(visitor.locator(".key-figure .figure").first).to_have_text("787")

    tab_to(visitor, text="D’où vient ce chiffre", href="jobs_headcount.2017-11-29")
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(re.compile(r"/chiffres/magazine-2014\.1\.jobs_headcount\.2017-11-29/$"))
    expect(visitor.locator("html")).to_have_attribute("lang", "fr-CA")
    expect(visitor.locator(".key-figure .figure")).to_have_text("787")
    expect(visitor.get_by_role("heading", name="Ce qui est compté")).to_be_visible()

    tab_to(visitor, text="English")
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(re.compile(r"/en/editions/.*jobs_headcount\.2017-11-29/$"))
    expect(visitor.locator("html")).to_have_attribute("lang", "en-CA")
    expect(visitor.locator(".key-figure .figure")).to_have_text("787")
    expect(visitor.get_by_role("heading", name="Ce qui est compté")).to_have_count(0)

    tab_to(visitor, text="Français")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("html")).to_have_attribute("lang", "fr-CA")

    tab_to(visitor, text="novembre 2017", href="/editions/les-moulins-2017-11-29/")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("L’économie sociale des Moulins, novembre 2017")


def test_the_first_step_of_the_keyboard_skips_to_the_content(visitor: Page) -> None:
    visitor.goto("/portrait/640/")
    tab_to(visitor, text="Aller au contenu")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("main")).to_be_focused()
    visitor.keyboard.press("Tab")
    assert visitor.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_menu_of_a_phone_opens_by_keyboard(visitor: Page) -> None:
    visitor.set_viewport_size({"width": 390, "height": 800})
    visitor.goto("/portrait/640/")
    tab_to(visitor, text="Menu")
    visitor.keyboard.press("Enter")
    tab_to(visitor, text="Bases", href="/bases/")
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(re.compile(r"/bases/$"))
