"""All that may be written about who exists. Nothing recorded is changed: it is closed, and something is added."""

from __future__ import annotations

from essor.directory.actions.entries import (
    enter_correction,
    enter_fact,
    enter_identifier,
    enter_life_event,
    enter_name,
    enter_organisation,
)
from essor.directory.actions.erasure import erase_organisation
from essor.directory.actions.facts import correct_fact, record_fact, record_facts, withdraw_fact
from essor.directory.actions.organisations import (
    add_establishment,
    add_identifier,
    add_name,
    create_organisation,
    record_life_event,
)
from essor.directory.actions.sources import create_source, withdraw_source

__all__ = [
    "add_establishment",
    "add_identifier",
    "add_name",
    "correct_fact",
    "create_organisation",
    "create_source",
    "enter_correction",
    "enter_fact",
    "enter_identifier",
    "enter_life_event",
    "enter_name",
    "enter_organisation",
    "erase_organisation",
    "record_fact",
    "record_facts",
    "record_life_event",
    "withdraw_fact",
    "withdraw_source",
]
