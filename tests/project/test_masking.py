from __future__ import annotations

import logging

import pytest

from essor.project.masking import MaskLinks


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/suivi/abc/aides/", "/suivi/…/aides/"),
        ("/aides/confirmer/Imx:1:2/", "/aides/confirmer/…/"),
        ("/en/trouver/avis/quitter/W1:2/", "/en/trouver/avis/quitter/…/"),
        ("/trouver/avis/confirmer/W1:2/", "/trouver/avis/confirmer/…/"),
        ("/trouver/avis/", "/trouver/avis/"),
        ("/aides/innogec/", "/aides/innogec/"),
    ],
)
def test_a_link_that_opens_something_is_masked(said: str, kept: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "Failed: %s", (said,), None)
    assert MaskLinks().filter(record)
    assert record.getMessage() == f"Failed: {kept}"
