"""Reads: what is known (for the methods), the directory and one organisation (for pages), the sources."""

from __future__ import annotations

from essor.directory.queries.known import (
    end_of_day,
    events,
    last_names_of,
    list_sources,
    names_of,
    observations,
    start_of_day,
)
from essor.directory.queries.listing import Filters, Line, list_choices, list_organisations, read_all_lines, read_lines
from essor.directory.queries.organisation import (
    Identity,
    OrganisationPage,
    find_by_name,
    get_organisation_page,
    identify,
)
from essor.directory.queries.sources import SourcePage, count_left_nameless, get_source_page

__all__ = [
    "Filters",
    "Identity",
    "Line",
    "OrganisationPage",
    "SourcePage",
    "count_left_nameless",
    "end_of_day",
    "events",
    "find_by_name",
    "get_organisation_page",
    "get_source_page",
    "identify",
    "last_names_of",
    "list_choices",
    "list_organisations",
    "list_sources",
    "names_of",
    "observations",
    "read_all_lines",
    "read_lines",
    "start_of_day",
]
