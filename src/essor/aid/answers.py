"""What ``aid find`` answers with ``--json``: plain objects, stable names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from essor.aid.rules import Found
from essor.methods.criteria import describe_sentence


def list_nearest(found: Found, *, language: str, place_names: Mapping[str, str]) -> list[str]:
    """What would have to be true for a no to become a yes, one sentence each; last, what is assumed of what is not
    asked."""
    steps = found.nearest.steps if found.nearest else ()
    wanted = [*(step.accepted for step in steps), *found.assumed]
    return [describe_sentence(node, language=language, place_names=place_names) for node in wanted]


def answer_found(found: Found, *, language: str, place_names: Mapping[str, str]) -> dict[str, Any]:
    """One programme. ``verdict``: yes, maybe or no; ``window``: open, closed, not_yet or unknown. ``reasons``: the
    conditions that make the verdict; ``missing``: the questions that can still change it; ``nearest``: for a no, what
    would make it a yes, null where nothing that may change would do."""
    definition, side = found.programme.definition, "en" if language == "en" else "fr"
    return {
        "id": found.programme.slug,
        "name": getattr(definition.name, side),
        "verdict": found.outcome.answer,
        "probably": found.outcome.probably_no,
        "window": found.window.state,
        "valid_from": _iso(found.ruled.version.period.starts_on),
        "ends_before": _iso(found.ruled.version.period.ends_before),
        "reasons": [
            {
                "question": condition.variable.id,
                "state": condition.state,
                "words": getattr(condition, side),
                "certainty": condition.certainty,
                "source": condition.source,
            }
            for condition in found.outcome.conditions
        ],
        "missing": list(found.missing),
        "nearest": None if found.nearest is None else list_nearest(found, language=language, place_names=place_names),
        "judgement": [words[side] for words in found.outcome.judgement],
        "sources": [source.url for source in definition.sources],
        "version": found.ruled.number,
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
