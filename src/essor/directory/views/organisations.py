from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to, require
from essor.directory import actions, pictures, queries
from essor.directory.forms import FactForm, LifeEventForm, WithdrawalForm
from essor.directory.importing.existing import load_places
from essor.directory.importing.values import code_labels, read_content
from essor.directory.models import Fact, Organisation, Source
from essor.directory.rules import DirectoryError, Said
from essor.directory.wording import explain_error
from essor.knowledge import load_variables
from essor.territories.queries import list_names

PER_PAGE = 50
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def _language() -> str:
    return "en" if get_language() == "en" else "fr"


def _person(request: HttpRequest) -> User:
    """Whoever asks, signed in or not: never None, which would mean the operator at the console."""
    return cast(User, request.user)


@open_to(Audience.PUBLIC)
@require_safe
def show_directory(request: HttpRequest) -> HttpResponse:
    today, now, language = timezone.localdate(), timezone.now(), _language()
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
    writer.writerow(["key", "name", "legal_form", "sector", "municipality", "size", "size_on"])
    for line in queries.read_all_lines(rows, on=today, known_at=timezone.now()):
        size = pictures.write_size(line.size) or ""
        size_on = line.size_on.isoformat() if line.size_on else ""
        cells = [line.key, line.name, line.legal_form, line.sector, line.municipality, size, size_on]
        writer.writerow([f"'{cell}" if cell.startswith(DANGEROUS) else cell for cell in cells])
    return response


def _get_page(key: str) -> queries.OrganisationPage:
    try:
        return queries.get_organisation_page(key=key, now=timezone.now())
    except Organisation.DoesNotExist as error:
        raise Http404(_("Aucune organisation n’a cette adresse.")) from error


@open_to(Audience.PUBLIC)
@require_safe
def show_organisation(request: HttpRequest, key: str) -> HttpResponse:
    page, language = _get_page(key), _language()
    places = list_names(timezone.localdate(), language)
    is_adviser = may(request.user, "record_facts", page.municipality)
    context = {
        "page": page,
        "names": pictures.build_names_table(page),
        "events": pictures.build_events_table(page, is_adviser=is_adviser),
        "facts": pictures.build_facts_table(page, is_adviser=is_adviser, language=language, places=places),
        "places": places,
        "is_adviser": is_adviser,
        "trail": [(_("Annuaire"), reverse("directory"))],
    }
    return render(request, "directory/organisation.html", context)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_fact(request: HttpRequest, key: str) -> HttpResponse:
    return _edit_fact(request, _get_page(key), None)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_fact(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    page = _get_page(key)
    fact = next((fact for fact in page.facts if fact.pk == pk and fact.known_to is None), None)
    if fact is None:
        raise Http404(_("Ce fait a déjà été corrigé, ou n’existe pas."))
    return _edit_fact(request, page, fact)


def _edit_fact(request: HttpRequest, page: queries.OrganisationPage, fact: Fact | None) -> HttpResponse:
    by, now = _person(request), timezone.now()
    require(by, "record_facts", page.municipality)
    initial = {"variable": fact.variable, "starts_on": fact.starts_on} if fact else {}
    form = FactForm(request.POST or None, initial=initial, language=_language())
    if form.is_valid():
        try:
            said = _read_said(form, today=timezone.localdate())
            if fact is None:
                said["note"] = form.cleaned_data["reason"]
            with transaction.atomic():
                source = _create_entry(page, by=by, now=now)
                if fact is None:
                    actions.record_fact(organisation=page.organisation, source=source, by=by, now=now, **said)
                else:
                    actions.correct_fact(
                        fact=fact, reason=form.cleaned_data["reason"], source=source, by=by, now=now, **said
                    )
        except DirectoryError as error:
            form.add_error("value", explain_error(error))
        else:
            messages.success(request, _("C’est noté. L’ancienne valeur reste visible, avec ses dates."))
            return redirect("organisation", page.organisation.key)
    context = {"form": form, "page": page, "fact": fact, "trail": _trail(page)}
    return render(request, "directory/fact.html", context, status=400 if form.is_bound else 200)


def _create_entry(page: queries.OrganisationPage, *, by: User, now: datetime) -> Source:
    """Named by the organisation's address: a title and the trace last, while a name may have to be erased."""
    return actions.create_source(title=_("Saisie : {name}").format(name=page.organisation.key), by=by, now=now)


def _read_said(form: FactForm, *, today: date) -> Said:
    """The value as a census cell would be read: numbers, bands, codes or their words."""
    variable = load_variables()[form.cleaned_data["variable"]]
    text = form.cleaned_data["value"]
    content = read_content(text, variable, labels=code_labels(variable), places=load_places(on=today))
    said = Said(variable=variable.id, starts_on=form.cleaned_data["starts_on"])
    if content.codes is not None:
        said["codes"] = content.codes.split("|")
        return said
    said["low"] = None if content.low is None else variable.from_stored(content.low)
    said["high"] = None if content.high is None else variable.from_stored(content.high)
    return said


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_life_event(request: HttpRequest, key: str) -> HttpResponse:
    page, by, now = _get_page(key), _person(request), timezone.now()
    require(by, "record_facts", page.municipality)
    form = LifeEventForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        others = queries.find_by_name(said["other"]) if said["other"] else []
        if said["other"] and len(others) != 1:
            form.add_error("other", _("Aucune organisation, ou plusieurs, portent ce nom. Donnez son adresse."))
        else:
            try:
                with transaction.atomic():
                    actions.record_life_event(
                        organisation=page.organisation, source=_create_entry(page, by=by, now=now),
                        other=others[0] if others else None, by=by, now=now,
                        kind=said["kind"], happened_on=said["happened_on"], note=said["note"],
                    )  # fmt: skip
            except DirectoryError as error:
                form.add_error(None, explain_error(error))
            else:
                messages.success(request, _("L’événement est inscrit."))
                return redirect("organisation", key)
    context = {"form": form, "page": page, "trail": _trail(page)}
    return render(request, "directory/life_event.html", context, status=400 if form.is_bound else 200)


def _trail(page: queries.OrganisationPage) -> list[tuple[str, str]]:
    return [
        (_("Annuaire"), reverse("directory")),
        (page.name, reverse("organisation", args=[page.organisation.key])),
    ]


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
        page = queries.get_source_page(pk=pk)
    except Source.DoesNotExist as error:
        raise Http404(_("Aucune source ne porte ce numéro.")) from error
    may_withdraw = may(request.user, "withdraw_source") and page.source.withdrawn_at is None
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(_person(request), "withdraw_source")
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
        "table": pictures.build_variables_table(page, language=_language()),
        "form": form if may_withdraw else None,
        "trail": [(_("Sources"), reverse("sources"))],
    }
    return render(request, "directory/source.html", context, status=400 if form.errors and form.is_bound else 200)
