from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to, require
from essor.design.wording import plain
from essor.directory import actions, pictures, queries
from essor.directory.forms import FactForm, WithdrawalForm
from essor.directory.importing.existing import load_places
from essor.directory.importing.values import code_labels, is_unknown, read_content, read_listed_place
from essor.directory.models import Fact, Source
from essor.directory.rules import DirectoryError, Said
from essor.directory.views.asking import get_page, list_trail, read_language, read_person
from essor.directory.wording import explain_entry, explain_error
from essor.knowledge import load_variables
from essor.territories.queries import list_names

PER_PAGE = 50


@open_to(Audience.PUBLIC)
@require_safe
def show_directory(request: HttpRequest) -> HttpResponse:
    today, now, language = timezone.localdate(), timezone.now(), read_language()
    asked = {name: request.GET.get(name, "")[:100] for name in ("search", "legal_form", "sector", "municipality")}
    rows = queries.list_organisations(filters=queries.Filters(**asked), on=today)
    places = list_names(today, language)
    if request.GET.get("format") == "csv":
        return _send_csv(rows, today)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = queries.read_lines(page.object_list, on=today, known_at=now)
    choices = {
        name: [(code, pictures.write_code(name, code, language=language, places=places)) for code in codes]
        for name, codes in queries.list_choices().items()
    }
    context = {
        "page": page,
        "table": pictures.build_directory_table(lines, language=language, places=places),
        "asked": asked,
        "is_adviser": may(request.user, "record_facts"),
        "choices": choices,
        "csv": "?" + (request.GET.urlencode() + "&" if request.GET else "") + "format=csv",
    }
    return render(request, "directory/directory.html", context)


def _send_csv(rows: Any, today: date) -> HttpResponse:
    """What the page lists, whole: names and codes, nothing that the page hides."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="annuaire.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["key", "name", "legal_form", "sector", "municipality", "size", "size_on", "name_withdrawn"])
    for line in queries.read_all_lines(rows, on=today, known_at=timezone.now()):
        size = pictures.write_size(line.size) or ""
        size_on = line.size_on.isoformat() if line.size_on else ""
        cells = [line.key, line.name, line.legal_form, line.sector, line.municipality, size, size_on]
        cells.append("true" if line.is_name_withdrawn else "false")
        writer.writerow([plain(cell) for cell in cells])
    return response


@open_to(Audience.PUBLIC)
@require_safe
def show_organisation(request: HttpRequest, key: str) -> HttpResponse:
    page, language = get_page(key), read_language()
    places = list_names(timezone.localdate(), language)
    is_adviser = may(request.user, "record_facts", page.municipality)
    context = {
        "page": page,
        "names": pictures.build_names_table(page),
        "events": pictures.build_events_table(page, is_adviser=is_adviser),
        "facts": pictures.build_facts_table(page, is_adviser=is_adviser, language=language, places=places),
        "places": places,
        "is_adviser": is_adviser,
        "may_erase": may(request.user, "erase_organisation"),
        "trail": [(_("Annuaire"), reverse("directory"))],
    }
    return render(request, "directory/organisation.html", context)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_fact(request: HttpRequest, key: str) -> HttpResponse:
    return _edit_fact(request, get_page(key), None)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_fact(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    page = get_page(key)
    fact = next((fact for fact in page.facts if fact.pk == pk and fact.known_to is None), None)
    if fact is None:
        raise Http404(_("Ce fait a déjà été corrigé, ou n’existe pas."))
    return _edit_fact(request, page, fact)


def _edit_fact(request: HttpRequest, page: queries.OrganisationPage, fact: Fact | None) -> HttpResponse:
    by, now = read_person(request), timezone.now()
    require(by, "record_facts", page.municipality)
    initial, corrected = ({"starts_on": fact.starts_on}, fact.variable) if fact else ({}, "")
    form = FactForm(request.POST or None, initial=initial, language=read_language(), corrected=corrected)
    if form.is_valid():
        try:
            done = _enter_fact(page, fact, form, by=by, now=now)
        except DirectoryError as error:
            form.add_error("value", explain_entry(error))
        else:
            messages.success(request, done)
            return redirect("organisation", page.organisation.key)
    said_of = load_variables()[fact.variable].label(read_language()) if fact else ""
    context = {"form": form, "page": page, "fact": fact, "said_of": said_of, "trail": list_trail(page)}
    return render(request, "directory/fact.html", context, status=400 if form.is_bound else 200)


def _enter_fact(page: queries.OrganisationPage, fact: Fact | None, form: FactForm, *, by: User, now: datetime) -> str:
    """Enters what the form says, and tells what was done. « inconnu » in a correction: the fact is believed no more."""
    reason, title = form.cleaned_data["reason"], _("Saisie en ligne d’un fait")
    if is_unknown(form.cleaned_data["value"]):
        if fact is None:
            raise DirectoryError("fact-unknown")
        actions.withdraw_fact(fact=fact, reason=reason, by=by, now=now)
        return _("Ce fait n’est plus cru, et rien ne le remplace. L’ancienne valeur reste visible, avec ses dates.")
    said = _read_said(form, today=timezone.localdate())
    if fact is None:
        actions.enter_fact(organisation=page.organisation, title=title, by=by, now=now, **{**said, "note": reason})
        return _("C’est noté.")
    actions.enter_correction(fact=fact, reason=reason, title=title, by=by, now=now, **said)
    return _("C’est noté. L’ancienne valeur reste visible, avec ses dates.")


def _read_said(form: FactForm, *, today: date) -> Said:
    """The value as a census cell would be read: numbers, bands, codes or their words; a place must be listed."""
    variable = load_variables()[form.said_of]
    text, places = form.cleaned_data["value"], load_places(on=today)
    said = Said(variable=variable.id, starts_on=form.cleaned_data["starts_on"])
    if variable.kind == "place":
        said["codes"] = [read_listed_place(text, places)]
        return said
    content = read_content(text, variable, labels=code_labels(variable), places=places)
    if content.codes is not None:
        said["codes"] = content.codes.split("|")
        return said
    said["low"] = None if content.low is None else variable.from_stored(content.low)
    said["high"] = None if content.high is None else variable.from_stored(content.high)
    return said


@open_to(Audience.PUBLIC)
@require_safe
def show_sources(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.list_sources(), PER_PAGE).get_page(request.GET.get("page"))
    table = pictures.build_sources_table(list(page.object_list))
    return render(request, "directory/sources.html", {"page": page, "table": table})


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def show_source(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        page = queries.get_source_page(pk=pk, now=timezone.now())
    except Source.DoesNotExist as error:
        raise Http404(_("Aucune source ne porte ce numéro.")) from error
    may_withdraw = may(request.user, "withdraw_source") and page.source.withdrawn_at is None
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(read_person(request), "withdraw_source")
        if form.is_valid():
            try:
                actions.withdraw_source(
                    source=page.source,
                    reason=form.cleaned_data["reason"],
                    by=cast(User, request.user),
                    now=timezone.now(),
                )
            except DirectoryError as error:
                form.add_error(None, explain_error(error))
            else:
                messages.success(
                    request, _("La source est retirée : ce qu’elle disait n’est plus cru à partir de maintenant.")
                )
                return redirect("source", pk)
    context = {
        "page": page,
        "table": pictures.build_variables_table(page, language=read_language()),
        "form": form if may_withdraw else None,
        "left": queries.count_left_nameless(page.source) if may_withdraw else 0,
        "trail": [(_("Sources"), reverse("sources"))],
    }
    return render(request, "directory/source.html", context, status=400 if form.errors and form.is_bound else 200)
