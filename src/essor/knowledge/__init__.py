"""Reads the knowledge kept as data in ``definitions/`` (YAML, bilingual, dated, sourced) and refuses what is malformed.

A **variable** says what a fact may hold. A **base** says who counts. A **territory list** names places and what they
belong to. A **mapping** says which column of a file feeds which variable. A **demo** is a set of fictitious records.
A **need** is what help is sought for. A **workflow** says how a file moves. A **retention label** says how long a
document is kept.
Every loader is cached: the files are read once in the life of the process.
"""

from __future__ import annotations

from essor.knowledge.bases import BaseDefinition, load_bases
from essor.knowledge.needs import NeedDefinition, load_needs
from essor.knowledge.places import (
    PlaceDefinition,
    TerritoryList,
    list_territory_lists,
    load_territory_list,
    read_territory_list,
)
from essor.knowledge.plain import find_demo_bodies, list_body_files, list_mappings, load_demo, load_mappings
from essor.knowledge.reading import DefinitionRefused
from essor.knowledge.retention import RetentionDefinition, load_retention, usual_retention
from essor.knowledge.variables import list_derived_variables, load_variable_definitions, load_variables
from essor.knowledge.workflows import StageDefinition, WorkflowDefinition, load_latest_workflow, load_workflows

__all__ = [
    "BaseDefinition",
    "DefinitionRefused",
    "NeedDefinition",
    "PlaceDefinition",
    "RetentionDefinition",
    "StageDefinition",
    "TerritoryList",
    "WorkflowDefinition",
    "find_demo_bodies",
    "list_body_files",
    "list_derived_variables",
    "list_mappings",
    "list_territory_lists",
    "load_bases",
    "load_demo",
    "load_latest_workflow",
    "load_mappings",
    "load_needs",
    "load_retention",
    "load_territory_list",
    "load_variable_definitions",
    "load_variables",
    "load_workflows",
    "read_territory_list",
    "usual_retention",
]
