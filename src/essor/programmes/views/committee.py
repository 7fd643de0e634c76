"""The pages of whoever sits on a committee: their interests, their sittings, the files that they may open."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.forms import CaseForm
from essor.cases.models import Case, CaseMessage
from essor.cases.views.private import do_or, keep_private, language_of_page
from essor.directory.queries import find_by_name
from essor.programmes import actions
from essor.programmes.committee_forms import AdoptForm, EndForm, InterestForm, ScoreForm, VoteForm
from essor.programmes.funding_pictures import build_caps_table, build_funding_table, say_sums
from essor.programmes.models import Interest, Score, Sitting, SittingItem, Vote
from essor.programmes.pictures import build_minutes_table
from essor.programmes.queries import sittings as queries
from essor.programmes.queries.applications import has_deposit
from essor.programmes.queries.funding import read_funding
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.sides import REFUSALS, Deed
from essor.programmes.views.sittings import require_places
from essor.programmes.wording import explain
from essor.territories.queries import get_name


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def show_mine(request: HttpRequest) -> HttpResponse:
    return _show_mine(request)


def _show_mine(request: HttpRequest, sent: CaseForm | None = None, about: int = 0) -> HttpResponse:
    person, today = _person(request), timezone.localdate()
    interests = [
        (one, sent if sent and one.pk == about else EndForm(auto_id=f"end_{one.pk}_%s"))
        for one in queries.list_interests(person)
    ]
    context = {
        "sittings": [
            (one, getattr(one.programme, f"name_{language_of_page()}")) for one in queries.list_sittings_of(person)
        ],
        "interests": interests,
        "form": sent if sent and sent.name == "interest" else InterestForm(initial={"starts_on": today}),
        "today": today,
    }
    return render(request, "programmes/committee.html", context, status=400 if sent else 200)


@open_to(Audience.COMMITTEE)
@require_http_methods(["POST"])
@keep_private
def declare(request: HttpRequest) -> HttpResponse:
    person, now = _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        subject = said["subject"].strip()
        case = Case.objects.filter(reference__iexact=subject).first()
        named = [] if case else find_by_name(subject)
        organisation = named[0] if len(named) == 1 else None
        actions.declare_interest(
            person=person, kind=said["kind"], starts_on=said["starts_on"], words=said["words"], case=case,
            organisation=organisation, now=now,
        )  # fmt: skip

    form = InterestForm(request.POST)
    return do_or(
        lambda: _show_mine(request, form), request, form, deed, _("Cet intérêt est inscrit."),
        address=reverse("committee"), refusals=REFUSALS,
    )  # fmt: skip


@open_to(Audience.COMMITTEE)
@require_http_methods(["POST"])
@keep_private
def end(request: HttpRequest, pk: int) -> HttpResponse:
    person, now = _person(request), timezone.now()
    interest = get_object_or_404(Interest, pk=pk, person=person)

    def deed(said: dict[str, Any]) -> None:
        actions.end_interest(interest=interest, on=said["on"], by=person, now=now)

    form = EndForm(request.POST, auto_id=f"end_{pk}_%s")
    return do_or(
        lambda: _show_mine(request, form, pk), request, form, deed, _("La fin de cet intérêt est inscrite."),
        address=reverse("committee"), refusals=REFUSALS,
    )  # fmt: skip


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def show_sitting(request: HttpRequest, pk: int) -> HttpResponse:
    return _show_sitting(request, get_sitting(request, pk))


def _show_sitting(request: HttpRequest, sitting: Sitting, sent: CaseForm | None = None) -> HttpResponse:
    person = _person(request)
    states = queries.read_items(sitting)
    is_out = not queries.may_adopt(states, person)
    decided = [state for state in states if state.outcome]
    voted = set(Vote.objects.filter(item__sitting=sitting, member=person).values_list("item_id", flat=True))
    context = {
        "sitting": sitting,
        "programme": getattr(sitting.programme, f"name_{language_of_page()}"),
        "items": [
            {
                "item": state.item,
                "outcome": state.outcome,
                "is_closed": state.is_closed_to(person),
                "why": queries.name_interests(state.recusals.get(person.pk, ())),
                "has_voted": state.item.pk in voted,
            }
            for state in states
        ],
        "minutes": build_minutes_table(decided, reader=person) if decided else None,
        "may_adopt": sitting.adopted_at is None and not is_out and all(state.outcome for state in states),
        "is_out": is_out,
        "form": sent or AdoptForm(),
        "sent": sent,
    }
    return render(request, "programmes/committee_sitting.html", context, status=400 if sent else 200)


@open_to(Audience.COMMITTEE)
@require_http_methods(["POST"])
@keep_private
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    sitting, now = get_sitting(request, pk), timezone.now()
    form = AdoptForm(request.POST)

    def deed(_said: dict[str, Any]) -> None:
        actions.adopt_minutes(sitting=sitting, by=_person(request), now=now)

    return do_or(
        lambda: _show_sitting(request, sitting, form), request, form, deed, _("Le procès-verbal est adopté."),
        address=reverse("committee_sitting", args=[pk]), refusals=REFUSALS,
    )  # fmt: skip


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def show_item(request: HttpRequest, pk: int) -> HttpResponse:
    return _show_item(request, _get_item(pk))


def _show_item(request: HttpRequest, item: SittingItem, sent: CaseForm | None = None) -> HttpResponse:
    person = _person(request)
    try:
        actions.open_item(item=item, by=person)
    except ProgrammeError as error:
        context = {"item": item, "why": explain(error), "is_called": error.code == "recused"}
        return render(request, "programmes/committee_closed.html", context, status=403)
    case, sheet = item.case, item.sitting.programme.scoresheet
    mine = dict(Score.objects.filter(item=item, member=person).order_by("pk").values_list("criterion", "points"))
    first = CaseMessage.objects.filter(case=case, is_note=False).first()
    forms, funding = {sent.name: sent} if sent else {}, read_funding(case)
    context = {
        "item": item,
        "case": case,
        "place": get_name(case.territory_code, timezone.localdate(), language_of_page()),
        "said": first.text if first else "",
        "application": reverse("committee_application", args=[item.pk]) if has_deposit(case) else "",
        "sums": say_sums(funding.stack),
        "funding": build_funding_table(funding),
        "caps": build_caps_table(funding),
        "score_form": forms.get("score") or ScoreForm(scoresheet=sheet, initial=mine),
        "vote_form": forms.get("vote") or VoteForm(),
        "has_voted": Vote.objects.filter(item=item, member=person).exists(),
    }
    return render(request, "programmes/committee_item.html", context, status=400 if sent else 200)


@open_to(Audience.COMMITTEE)
@require_http_methods(["POST"])
@keep_private
def score(request: HttpRequest, pk: int) -> HttpResponse:
    item, now = _get_item(pk), timezone.now()
    form = ScoreForm(request.POST, scoresheet=item.sitting.programme.scoresheet)

    def deed(_said: dict[str, Any]) -> None:
        actions.score_item(item=item, points=form.read(), by=_person(request), now=now)

    return _do(request, item, form, deed, _("Vos notes sont gardées."))


@open_to(Audience.COMMITTEE)
@require_http_methods(["POST"])
@keep_private
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    item, now = _get_item(pk), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.vote_on(item=item, choice=said["choice"], by=_person(request), now=now)

    return _do(request, item, VoteForm(request.POST), deed, _("Votre vote est compté."))


def _do(request: HttpRequest, item: SittingItem, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    """A file that one may not open is not answered by what was typed."""
    return do_or(
        lambda: _show_item(request, item, form), request, form, deed, done,
        address=reverse("committee_item", args=[item.pk]), refusals=REFUSALS,
    )  # fmt: skip


def get_sitting(request: HttpRequest, pk: int) -> Sitting:
    """Of whoever is called, while their role covers the places of its files."""
    sitting = Sitting.objects.filter(pk=pk, members=_person(request)).select_related("programme").first()
    if sitting is None:
        raise Http404(_("Aucune séance de ce numéro ne vous appelle."))
    require_places(sitting, _person(request), "decide_files")
    return sitting


def _get_item(pk: int) -> SittingItem:
    item = SittingItem.objects.select_related("sitting", "sitting__programme", "case").filter(pk=pk).first()
    if item is None:
        raise Http404(_("Aucun dossier de séance ne porte ce numéro."))
    return item
