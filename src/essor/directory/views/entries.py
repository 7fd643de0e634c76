"""What a person enters by hand: an organisation, a name, a number, an event; and an event taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.permissions import Audience, open_to, require
from essor.directory import actions, queries
from essor.directory.entry_forms import KINDS_EXPLAINED, IdentifierForm, LifeEventForm, NameForm, OrganisationForm
from essor.directory.forms import WithdrawalForm
from essor.directory.importing.existing import load_places
from essor.directory.importing.values import read_listed_place
from essor.directory.models import Identifier, LifeEvent, Organisation, Source
from essor.directory.rules import DirectoryError, EventSaid, Said
from essor.directory.views.asking import get_page, list_trail, read_language, read_person, read_sent
from essor.directory.wording import explain_entry, explain_error, write_identity
from essor.territories.queries import list_names

ASKED = ["GET", "HEAD", "POST"]


@open_to(Audience.ADVISER)
@require_http_methods(ASKED)
def add_organisation(request: HttpRequest) -> HttpResponse:
    """An enterprise or a project of enterprise; no legal form and no number is needed."""
    by, now = read_person(request), timezone.now()
    require(by, "record_facts")
    form = OrganisationForm(
        read_sent(request), language=read_language(), initial={"starts_on": timezone.localdate(now)}
    )
    if not _find_namesakes(form):
        form.ask_nothing_of_namesakes()
    if form.is_valid() and _is_told_apart(form):
        said = form.cleaned_data
        try:
            organisation = actions.enter_organisation(
                name=said["name"], neq=said["neq"], facts=_read_facts(form, today=timezone.localdate(now)),
                title=_("Saisie en ligne d’une organisation"), by=by, now=now,
            )  # fmt: skip
        except DirectoryError as error:
            field = {"identifier-missing": "neq", "identifier-taken": "neq", "name-missing": "name"}.get(error.code)
            form.add_error(field or "municipality", explain_entry(error))
        else:
            messages.success(request, _("L’organisation est inscrite. Ajoutez ce qu’on en sait."))
            _warn_of_doubtful(request, organisation.identifiers.first())
            return redirect("organisation", organisation.key)
    context = {"form": form, "trail": [(_("Annuaire"), reverse("directory"))]}
    return render(request, "directory/organisation_add.html", context, status=400 if form.is_bound else 200)


def _find_namesakes(form: OrganisationForm) -> list[Organisation]:
    return queries.find_by_name(str(form.data.get("name", ""))) if form.is_bound else []


def _is_told_apart(form: OrganisationForm) -> bool:
    """Whether nobody bears that name, or the person said that it is someone else; else who bears it is shown."""
    namesakes = _find_namesakes(form)
    if not namesakes or form.cleaned_data.get("is_another"):
        return True
    now, keys = timezone.now(), [one.key for one in namesakes]
    places = list_names(timezone.localdate(now), read_language())
    known = queries.identify(keys, now=now)
    links = [(reverse("organisation", args=[key]), write_identity(known[key], places=places)) for key in keys]
    who = format_html_join(", ", '<a href="{}">{}</a>', links)
    sentence = _("Ce nom est déjà porté : {organisations}. Si c’est la même, allez à sa fiche ; sinon, cochez la case.")
    form.add_error("name", format_html(sentence, organisations=who))
    return False


def _read_facts(form: OrganisationForm, *, today: date) -> list[Said]:
    said, day = form.cleaned_data, form.cleaned_data["starts_on"]
    facts = []
    if said["municipality"]:
        code = read_listed_place(said["municipality"], load_places(on=today))
        facts.append(Said(variable="municipality", value=code, starts_on=day, note=said["note"]))
    if said["legal_form"]:
        facts.append(Said(variable="legal_form", value=said["legal_form"], starts_on=day, note=said["note"]))
    return facts


def _warn_of_doubtful(request: HttpRequest, number: Identifier | None) -> None:
    if number is not None and number.is_doubtful:
        error = DirectoryError("identifier-doubtful", value=number.value, scheme=number.scheme)
        messages.warning(request, explain_error(error))


@open_to(Audience.ADVISER)
@require_http_methods(ASKED)
def add_name(request: HttpRequest, key: str) -> HttpResponse:
    page, by = get_page(key), read_person(request)
    require(by, "record_facts", page.municipality)
    form = NameForm(read_sent(request))
    if form.is_valid():
        title = _("Saisie en ligne d’un nom")
        try:
            actions.enter_name(
                organisation=page.organisation, title=title, by=by, now=timezone.now(), **form.cleaned_data
            )
        except DirectoryError as error:
            form.add_error("ends_before" if error.code == "period-out-of-order" else "name", explain_entry(error))
        else:
            messages.success(request, _("Le nom est inscrit."))
            return redirect("organisation", key)
    lede = _("Un nom légal ou un autre nom, avec les dates pendant lesquelles elle l’a porté.")
    return _render_entry(request, page, form, title=_("Ajouter un nom"), lede=lede)


@open_to(Audience.ADVISER)
@require_http_methods(ASKED)
def add_identifier(request: HttpRequest, key: str) -> HttpResponse:
    page, by = get_page(key), read_person(request)
    require(by, "record_facts", page.municipality)
    form = IdentifierForm(read_sent(request))
    if form.is_valid():
        title = _("Saisie en ligne d’un numéro")
        try:
            number = actions.enter_identifier(
                organisation=page.organisation, title=title, by=by, now=timezone.now(), **form.cleaned_data
            )
        except DirectoryError as error:
            form.add_error("value", explain_entry(error))
        else:
            messages.success(request, _("Le numéro est inscrit."))
            _warn_of_doubtful(request, number)
            return redirect("organisation", key)
    lede = _("Un numéro qui ne passe pas la vérification de ses chiffres est gardé, et cela se voit.")
    return _render_entry(request, page, form, title=_("Ajouter un numéro"), lede=lede)


@open_to(Audience.ADVISER)
@require_http_methods(ASKED)
def add_life_event(request: HttpRequest, key: str) -> HttpResponse:
    """What happened first, then what that kind of event asks."""
    page, by, now = get_page(key), read_person(request), timezone.now()
    require(by, "record_facts", page.municipality)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in LifeEvent.Kind.values:
        kinds = [(code, LifeEvent.Kind(code).label, words) for code, words in KINDS_EXPLAINED.items()]
        context: dict[str, Any] = {"page": page, "kinds": kinds, "trail": list_trail(page)}
        return render(
            request, "directory/life_event_kinds.html", context, status=400 if request.method == "POST" else 200
        )
    form = LifeEventForm(read_sent(request), kind=kind, language=read_language())
    if form.is_valid():
        others = queries.find_by_name(form.cleaned_data.get("other", ""))
        if "other" in form.fields and len(others) != 1:
            form.add_error("other", _("Aucune organisation, ou plusieurs, portent ce nom. Donnez son adresse."))
        else:
            try:
                actions.enter_life_event(
                    organisation=page.organisation, title=_("Saisie en ligne d’un événement"), by=by, now=now,
                    other=others[0] if "other" in form.fields else None,
                    changed=_read_changed(form, kind, today=timezone.localdate(now)), **_read_event(form),
                )  # fmt: skip
            except DirectoryError as error:
                is_place = error.code.startswith("place-")
                form.add_error("changed" if is_place else None, explain_error(error))
            else:
                messages.success(request, _("L’événement est inscrit."))
                return redirect("organisation", key)
    label = str(LifeEvent.Kind(kind).label)
    lede = str(KINDS_EXPLAINED[kind])
    return _render_entry(request, page, form, title=label.capitalize(), lede=lede)


def _read_event(form: LifeEventForm) -> EventSaid:
    said = form.cleaned_data
    return EventSaid(kind=said["kind"], happened_on=said["happened_on"], note=said["note"])


def _read_changed(form: LifeEventForm, kind: str, *, today: date) -> str:
    """The new name, or the code of the new municipality or form; empty where the event changes none."""
    changed = str(form.cleaned_data.get("changed", ""))
    return read_listed_place(changed, load_places(on=today)) if kind == LifeEvent.Kind.MOVED else changed


def _render_entry(
    request: HttpRequest, page: queries.OrganisationPage, form: Any, *, title: str, lede: str
) -> HttpResponse:
    context = {"page": page, "form": form, "title": title, "lede": lede, "trail": list_trail(page)}
    return render(request, "directory/entry.html", context, status=400 if form.is_bound else 200)


@open_to(Audience.ADVISER)
@require_http_methods(ASKED)
def withdraw_life_event(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Takes back an event entered by hand, with what was entered with it: its source is withdrawn."""
    page, by, now = get_page(key), read_person(request), timezone.now()
    require(by, "record_facts", page.municipality)
    event = next((one for one in page.events if one.pk == pk and one.source.kind == Source.Kind.ENTRY), None)
    if event is None:
        raise Http404(_("Cet événement est déjà retiré, ou il vient d’un fichier : retirez alors sa source."))
    form = WithdrawalForm(read_sent(request))
    form.fields["reason"].label = _("Pourquoi le retirer")
    if form.is_valid():
        try:
            actions.withdraw_source(source=event.source, reason=form.cleaned_data["reason"], by=by, now=now)
        except DirectoryError as error:
            form.add_error(None, explain_error(error))
        else:
            messages.success(request, _("L’événement est retiré : il n’est plus cru à partir de maintenant."))
            return redirect("organisation", key)
    context = {"page": page, "event": event, "form": form, "trail": list_trail(page)}
    return render(request, "directory/life_event_withdraw.html", context, status=400 if form.is_bound else 200)
