"""What is shipped enters the database as soon as it has its tables: the short list of places, bases, aids, bodies."""

from __future__ import annotations

from datetime import datetime

from essor.accounts.models import AuditEvent, Instance
from essor.accounts.queries import get_instance_kind
from essor.aid.actions import load_shipped_aids
from essor.knowledge import load_bases
from essor.observatory.actions import load_shipped_bases
from essor.observatory.models import Base, BaseVersion
from essor.programmes.actions import load_shipped_programmes
from essor.territories.actions import load_shipped_bodies, load_shipped_territories
from essor.territories.models import Vintage

LOADING = (
    "load_places", "load_aids", "load_bodies", "open_programme", "sign_agreement", "create_base", "draft_base_version",
    "publish_base_version",
)  # fmt: skip
"""The actions that loading leaves in the trace."""

OF_ELSEWHERE = frozenset({"coops-uk-2016"})
"""Shipped bases that speak of another country's file: in the demonstration they would count all that are active."""


def load_shipped(*, now: datetime) -> list[BaseVersion]:
    """Each base is published as shipped, with its owner, its sources and its days; the versions published now. A
    demonstration does without those :data:`OF_ELSEWHERE`."""
    but = OF_ELSEWHERE if get_instance_kind() == Instance.Kind.DEMO else frozenset()
    load_shipped_territories(by=None, now=now)
    load_shipped_aids(now=now)
    load_shipped_bodies(now=now)
    load_shipped_programmes(now=now)
    return load_shipped_bases(by=None, now=now, but=but)


def makes_every_table(words: list[str]) -> bool:
    """Whether ``migrate`` was asked whole: no room is named, and the tables are made for good.

    >>> makes_every_table(["migrate", "-v", "0"]), makes_every_table(["migrate", "directory", "0002"])
    (True, False)
    """
    if words[0] != "migrate":
        return False
    options = [word for place, word in enumerate(words[1:]) if words[place] not in ("-v", "--verbosity")]
    return all(word.startswith("-") for word in options) and not {"--plan", "--check", "--fake"} & set(options)


def is_untouched() -> bool:
    """Whether nothing but what is shipped was ever written: a demonstration may still take this folder."""
    others = AuditEvent.objects.exclude(action__in=LOADING).exists()
    own_bases = Base.objects.exclude(slug__in=[base.slug for base in load_bases()]).exists()
    return not others and not own_bases and Vintage.objects.count() <= 1
