from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, may, open_to
from essor.aid.queries import care, catalogue, find_one_place
from essor.aid.queries.catalogue import Entry, Wanted
from essor.aid.terms import KINDS, REPAYMENTS, SOURCE_KINDS, list_terms, say_amount, say_repayment
from essor.aid.views.handling import tell_handlers
from essor.design.wording import write_day
from essor.directory.views.asking import read_language
from essor.knowledge.questions import load_question_variables
from essor.methods.criteria import WINDOW_WORDS, describe, leaves_of
from essor.territories.queries import list_names

WINDOW_TAGS = {"open": "success", "closed": "warning", "not_yet": "warning", "unknown": "unknown"}


@open_to(Audience.PUBLIC)
@require_safe
def show_catalogue(request: HttpRequest) -> HttpResponse:
    on, language = read_day(request), read_language()
    asked = {name: request.GET.get(name, "")[:100] for name in ("text", "repayment", "kind", "state", "place")}
    place = find_one_place(asked["place"], on) if asked["place"].strip() else ""
    entries = catalogue.list_entries(Wanted(**asked | {"place": place or ""}), on=on) if place is not None else []
    context = {
        "entries": [tell_entry(entry, language) for entry in entries],
        "asked": asked,
        "on": on,
        "is_today": on == timezone.localdate(),
        "place_unknown": place is None,
        "repayments": [(code, _(words)) for code, words in REPAYMENTS.items()],
        "kinds": [(code, _(words)) for code, words in KINDS.items()],
        "states": [(code, words[language == "en"]) for code, words in WINDOW_WORDS.items() if code in WINDOW_TAGS],
        "may_edit": may(request.user, "edit_aid"),
        "proposed": care.list_proposals().count() if may(request.user, "edit_aid") else 0,
    }
    return render(request, "aid/catalogue.html", context)


@open_to(Audience.PUBLIC)
@require_safe
def show_aid(request: HttpRequest, slug: str) -> HttpResponse:
    on, language = read_day(request), read_language()
    entry = catalogue.find_entry(slug, on=on)
    if entry is None:
        raise Http404
    memory = care.recall(entry.programme)
    context = {
        **tell_entry(entry, language),
        **tell_rules(entry, on, language),
        "dead_links": memory.list_dead(entry.programme, on=on),
        "confirmed": memory.standing(entry.programme, on=on),
        "taken": care.count_taken(slug),
        "on": on,
        "is_today": on == timezone.localdate(),
        "history": list(catalogue.list_history(slug)),
        "read_on": entry.ruled.version.read_on,
        "handlers": tell_handlers(slug, place=request.GET.get("place", "")[:100].strip(), on=on, language=language),
        "may_edit": may(request.user, "edit_aid"),
        "trail": [(_("Toutes les aides"), reverse("aid_list"))],
    }
    return render(request, "aid/aid.html", context)


def read_day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


def tell_entry(entry: Entry, language: str) -> dict[str, Any]:
    definition = entry.programme.definition
    return {
        "slug": definition.id,
        "name": getattr(definition.name, language),
        "provider": definition.provider,
        "repayment": say_repayment(definition),
        "amount": say_amount(definition.amount),
        "window": entry.window.words(language, say_date=write_day),
        "window_kind": WINDOW_TAGS[entry.window.state],
    }


def tell_rules(entry: Entry, on: date, language: str) -> dict[str, Any]:
    """The programme's terms and conditions, as its page and the page of a draft show them."""
    definition, variables = entry.programme.definition, load_question_variables()
    costs, names = variables["project_types"], catalogue.list_names(language)
    period = entry.ruled.version.period
    return {
        "terms": list_terms(
            definition,
            language=language,
            cost_kinds={code: costs.value_label(code, language) for code in costs.values},
        ),
        "opens_on": period.starts_on,
        "is_dated": period.ends_before is not None and period.ends_before > timezone.localdate(),
        "closes_on": period.ends_before - timedelta(days=1) if period.ends_before else None,
        "conditions": describe(
            entry.ruled.criteria, language=language, variables=variables, place_names=list_names(on, language)
        ),
        "has_doubt": any(leaf.certainty != "sourced" for leaf in leaves_of(entry.ruled.criteria)),
        "judgement": [getattr(words, language) for words in definition.judgement],
        "uncertain": [getattr(words, language) for words in definition.uncertain],
        "how_to_ask": [getattr(words, language) for words in definition.how_to_ask],
        "documents": [getattr(words, language) for words in definition.documents],
        "excludes": [(slug, names.get(slug, slug)) for slug in definition.excludes],
        "contact": definition.contact,
        "note": getattr(definition.note, language) if definition.note else "",
        "sources": [_tell_source(source) for source in definition.sources],
        "versions": [_tell_version(entry, number) for number in range(len(entry.programme.versions))],
    }


def _tell_source(source: Any) -> Mapping[str, Any]:
    return {
        "url": source.url,
        "is_link": source.url.startswith(("http://", "https://")),
        "kind": _(SOURCE_KINDS[source.kind]),
        "date": source.date or "",
    }


def _tell_version(entry: Entry, number: int) -> Mapping[str, Any]:
    ruled = entry.programme.versions[number]
    ends = ruled.version.period.ends_before
    return {
        "number": ruled.number,
        "starts_on": ruled.version.period.starts_on,
        "ends_on": ends - timedelta(days=1) if ends else None,
        "is_shown": ruled is entry.ruled,
    }
