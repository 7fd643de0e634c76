"""An adviser calls a sitting, sees how far its members stand apart, and writes down what they decided."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to, require
from essor.cases.forms import CaseForm
from essor.cases.views.private import do_or, keep_private, language_of_page
from essor.programmes import actions, tasks
from essor.programmes.committee_forms import CallForm, DecideForm
from essor.programmes.models import Programme, Sitting, SittingItem
from essor.programmes.pictures import build_minutes_table, build_scores_table
from essor.programmes.queries import sittings as queries
from essor.programmes.views.asking import find_programme
from essor.programmes.views.sides import REFUSALS


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def list_all(request: HttpRequest) -> HttpResponse:
    language, by, today = language_of_page(), _person(request), timezone.localdate()
    waiting = queries.count_files_at_committee(by=by, on=today)
    programmes = [(getattr(one, f"name_{language}"), one, waiting.get(one.pk, 0)) for one in Programme.objects.all()]
    sittings = [(one, getattr(one.programme, f"name_{language}")) for one in queries.list_sittings(by=by, on=today)]
    return render(request, "programmes/sittings.html", {"programmes": programmes, "sittings": sittings})


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def call(request: HttpRequest, slug: str) -> HttpResponse:
    programme, now = find_programme(slug), timezone.now()
    cases = queries.list_files_at_committee(programme, by=_person(request), on=timezone.localdate(now))
    places = {case.territory_code for case in cases}
    people = {one.pk: one for place in places for one in queries.list_committee(place, on=timezone.localdate(now))}
    form = CallForm(
        request.POST or None,
        members=[(pk, str(one)) for pk, one in people.items()],
        cases=[(case.pk, f"{case.reference} · {case.promoter_name}") for case in cases],
        today=timezone.localdate(now),
    )

    def show() -> HttpResponse:
        context = {
            "form": form,
            "programme": programme,
            "name": getattr(programme, f"name_{language_of_page()}"),
            "can_call": bool(people and cases),
        }
        return render(request, "programmes/sitting_call.html", context, status=400 if form.is_bound else 200)

    def deed(said: dict[str, Any]) -> None:
        actions.call_sitting(
            programme=programme, held_on=said["held_on"], hour_and_place=said["hour_and_place"], quorum=said["quorum"],
            members=[people[pk] for pk in said["members"]],
            cases=[case for case in cases if case.pk in said["cases"]], by=_person(request), now=now,
        )  # fmt: skip
        tasks.send_calls.enqueue()

    if request.method != "POST":
        return show()
    return do_or(
        show,
        request,
        form,
        deed,
        _("La séance est appelée ; une lettre part à chaque personne."),
        address=reverse("sittings"),
        refusals=REFUSALS,
    )


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, get_sitting(request, pk))


def _show(request: HttpRequest, sitting: Sitting, sent: CaseForm | None = None, about: int = 0) -> HttpResponse:
    reader = _person(request)
    states = queries.read_items(sitting, reader=reader)
    opened = [state for state in states if not state.is_closed_to(reader)]
    items = [
        {
            "state": state,
            "is_closed": state.is_closed_to(reader),
            "recused": [(str(why[0].person), queries.name_interests(why)) for why in state.recusals.values()],
            "form": None
            if state.outcome or state.is_closed_to(reader)
            else (sent if sent and state.item.pk == about else DecideForm(auto_id=f"decide_{state.item.pk}_%s")),
            "is_sent": bool(sent) and state.item.pk == about,
        }
        for state in states
    ]
    context = {
        "sitting": sitting,
        "programme": getattr(sitting.programme, f"name_{language_of_page()}"),
        "items": items,
        "members": [str(one) for one in sitting.members.order_by("name", "pk")],
        "minutes": build_minutes_table([one for one in states if one.outcome or one in opened], reader=reader),
        "scores": build_scores_table(opened, language=language_of_page()),
    }
    return render(request, "programmes/sitting.html", context, status=400 if sent else 200)


@open_to(Audience.ADVISER)
@require_http_methods(["POST"])
@keep_private
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    item = SittingItem.objects.select_related("sitting", "sitting__programme", "case").filter(pk=pk).first()
    if item is None:
        raise Http404(_("Aucun dossier de séance ne porte ce numéro."))
    sitting = get_sitting(request, item.sitting_id)
    form, now = DecideForm(request.POST, auto_id=f"decide_{pk}_%s"), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.decide_item(item=item, said=said, conditions=form.list_conditions(), by=_person(request), now=now)

    return do_or(
        lambda: _show(request, sitting, form, pk), request, form, deed, _("La décision est inscrite."),
        address=reverse("sitting", args=[item.sitting_id]), refusals=REFUSALS,
    )  # fmt: skip


def get_sitting(request: HttpRequest, pk: int) -> Sitting:
    sitting = Sitting.objects.select_related("programme").filter(pk=pk).first()
    if sitting is None:
        raise Http404(_("Aucune séance ne porte ce numéro."))
    require_places(sitting, _person(request), "handle_cases")
    return sitting


def require_places(sitting: Sitting, person: User, action: str) -> None:
    """Raises NotAllowed unless the person may do it wherever a file of the sitting is."""
    for code in sorted(set(sitting.items.values_list("case__territory_code", flat=True))):
        require(person, action, code)
