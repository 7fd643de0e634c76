"""The follow-up: of one enterprise, for both sides; of a programme, for advisers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.queries import list_visible_cases
from essor.cases.views.private import Refusals, keep_private, language_of_page
from essor.design.wording import write_day
from essor.directory.queries import names_of
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error
from essor.knowledge import load_bases
from essor.programmes import actions
from essor.programmes.drawings import (
    build_ages_table,
    build_calendar_table,
    build_growth_table,
    build_jobs_table,
    build_owed_table,
    build_said_table,
    draw_survival,
)
from essor.programmes.following_forms import GrowthForm, LinkForm, NewsForm
from essor.programmes.models import Programme
from essor.programmes.queries.following import (
    Followed,
    count_openings,
    list_followed,
    read_followed,
    read_outcomes,
)
from essor.programmes.queries.growth import find_base, find_census_days, find_place, list_places, read_growth
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.asking import find_programme, read_day, refuse_day
from essor.programmes.views.sides import REFUSALS, Side, open_to_adviser, open_to_both
from essor.programmes.wording import explain
from essor.territories.queries import get_name

LAW = "loi-e-1-1-1"
NEWS_REFUSALS: Refusals = {DirectoryError: explain_error, **REFUSALS}


@open_to_both()
def show(request: HttpRequest, side: Side) -> HttpResponse:
    return _show(request, side)


def _show(request: HttpRequest, side: Side, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    case, followed, today = side.case, read_followed(side.case), timezone.localdate()
    context = {
        "case": case,
        "is_promoter": side.is_promoter,
        "back": side.lead("programme"),
        "followed": followed,
        "title": _say_title(followed),
        "lede": _say_lede(followed),
        "calendar": build_calendar_table(followed.list_duties(today)) if followed else None,
        "said": build_said_table(followed) if followed else None,
        "form": sent if isinstance(sent, NewsForm) else NewsForm(today=today),
        "link_form": sent if isinstance(sent, LinkForm) else LinkForm(),
        "organisation": _name_organisation(case),
        "declare": side.lead("news_declare"),
        "link": "" if side.is_promoter else side.lead("news_link"),
    }
    return render(request, "programmes/news.html", context, status=400 if sent else 200)


def _say_title(followed: Followed | None) -> str:
    if followed is None:
        return _("L’entreprise n’est pas encore ouverte")
    if followed.closed_on is not None:
        return _("L’entreprise a fermé")
    return _("Comment va l’entreprise ?")


def _say_lede(followed: Followed | None) -> str:
    if followed is None:
        return _("Les nouvelles se donnent une fois l’entreprise ouverte.")
    return _("On prend des nouvelles à six mois, puis chaque année pendant cinq ans. Le silence n’est pas un oui.")


def _name_organisation(case: Case) -> tuple[str, str] | None:
    if case.organisation is None:
        return None
    name = names_of(organisations=[case.organisation.pk], known_at=timezone.now()).get(case.organisation.pk)
    return reverse("organisation", args=[case.organisation.key]), name or case.organisation.key


@open_to_both("news")
def declare(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()
    form = NewsForm(request.POST, today=timezone.localdate(now))

    def deed(said: dict[str, Any]) -> None:
        actions.declare(case=side.case, news=form.read(), words=said["words"], by=side.by, now=now)

    return side.do(
        request, form, deed, _("Merci : ces nouvelles sont inscrites."), page="news",
        show_again=lambda: _show(request, side, form), refusals=NEWS_REFUSALS,
    )  # fmt: skip


@open_to_adviser("news")
def link(request: HttpRequest, side: Side) -> HttpResponse:
    form = LinkForm(request.POST)

    def deed(said: dict[str, Any]) -> None:
        actions.link_organisation(case=side.case, name=said["organisation"], by=side.adviser, now=timezone.now())

    return side.do(
        request, form, deed, _("Le dossier est relié à l’annuaire."), page="news",
        show_again=lambda: _show(request, side, form), refusals=NEWS_REFUSALS,
    )  # fmt: skip


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Of the files that the adviser may handle."""
    programme, on = find_programme(slug), read_day(request)
    by, today, language = cast(User, request.user), timezone.localdate(), language_of_page()
    found = list_followed(programme, on=on, among=list_visible_cases(user=by, on=today))
    outcomes = read_outcomes(found, on=on)
    context = {
        "programme": getattr(programme, f"name_{language}"),
        "loans": reverse("programme_loans", args=[programme.slug]),
        "address": reverse("programme", args=[slug]),
        "on": on,
        "wrong_day": refuse_day(request),
        "lede": _say_openings(programme, len(found), by=by, on=on),
        "outcomes": outcomes,
        "ages": build_ages_table(outcomes.ages),
        "chart": draw_survival(outcomes) if outcomes.opened else None,
        "jobs": build_jobs_table(outcomes),
        "owed": build_owed_table(found, on=on),
        **_tell_growth(request, programme, found, by=by, language=language),
    }
    return render(request, "programmes/following.html", context, status=400 if context["wrong_day"] else 200)


def _say_openings(programme: Programme, n: int, *, by: User, on: date) -> str:
    """How many the adviser follows, where, and how many the whole programme has."""
    today = timezone.localdate()
    places = [get_name(code, today, language_of_page()) for code in list_places(by, on=today)]
    total = count_openings(programme, on=on)
    said = ngettext(
        "Au {day}, pour {place}, {n} entreprise avait ouvert ; dans tout le programme, {total}.",
        "Au {day}, pour {place}, {n} entreprises avaient ouvert ; dans tout le programme, {total}.",
        n,
    )
    if not places:
        said = ngettext(
            "Au {day}, {n} entreprise que vous suivez avait ouvert ; dans tout le programme, {total}.",
            "Au {day}, {n} entreprises que vous suivez avaient ouvert ; dans tout le programme, {total}.",
            n,
        )
    if not n:
        said = _("Au {day}, pour {place}, aucune entreprise n’avait ouvert ; dans tout le programme, {total}.")
        if not places:
            said = _("Au {day}, aucune entreprise que vous suivez n’avait ouvert ; dans tout le programme, {total}.")
    told = said.format(day=write_day(on), n=n, place=", ".join(places), total=total)
    unknown = _("Celles dont on est sans nouvelles sont inconnues : ni vivantes, ni fermées.")
    return f"{told} {unknown}"


def _tell_growth(
    request: HttpRequest, programme: Programme, found: Sequence[Followed], *, by: User, language: str
) -> dict[str, Any]:
    today, bases = timezone.localdate(), [(one.slug, getattr(one.label, language)) for one in load_bases()]
    days = find_census_days(on=today) or (programme.starts_on, min(today, programme.ends_before))
    initial = {"base": LAW, "start": days[0], "end": days[1]}
    form = GrowthForm(request.GET if "start" in request.GET else None, bases=bases, initial=initial)
    place = find_place(programme, by, on=today)
    name = get_name(place, today, language) if place else ""
    told: dict[str, Any] = {"growth_form": form, "place": name, "growth": None, "wrong": ""}
    if not place or not form.is_bound or not form.is_valid():
        return told
    said = form.cleaned_data
    try:
        growth = read_growth(
            [one for one in found if one.opened_on <= said["end"]], base=find_base(said["base"]), territory_code=place,
            start=said["start"], end=said["end"], known_at=timezone.now(),
        )  # fmt: skip
    except ProgrammeError as error:
        return told | {"wrong": explain(error)}
    return told | {"growth": build_growth_table(growth)}
