"""What axe-core finds wrong with a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def list_axe_faults(page: Page) -> list[str]:
    """One line for each fault of each element: the rule, the element, how to mend it. All of axe-core's rules."""
    return [
        f"{found['id']}: {node['target']} {node['html'][:160]} {node['failureSummary']}"
        for found in Axe().run(page).response["violations"]
        for node in found["nodes"]
    ]
