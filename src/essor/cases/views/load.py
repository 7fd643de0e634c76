"""Who has what in charge, and how it is handed over when someone leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.cases import actions, load
from essor.cases.forms import HandOverForm
from essor.cases.hanging import find_barred
from essor.cases.models import Case
from essor.cases.pictures import build_load_table
from essor.cases.views.private import do_or, keep_private, language_of_page
from essor.territories.queries import list_names


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show(request: HttpRequest) -> HttpResponse:
    user, now = cast(User, request.user), timezone.now()
    found = load.read_loads(user=user, on=timezone.localdate(now), now=now)
    may_hand = may(user, "administer")
    context = {
        "table": build_load_table(found, may_hand=may_hand),
        "left": [one.person for one in found if one.person and one.open_files and not one.has_role],
        "may_hand": may_hand,
        "trail": [(_("Mes dossiers"), reverse("cases"))],
    }
    return render(request, "cases/load.html", context)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    person, now = User.objects.filter(pk=pk).first(), timezone.now()
    if person is None:
        raise Http404(_("Personne n’a ce numéro."))
    today = timezone.localdate(now)
    cases, places = load.list_in_charge(person), list_names(today, language_of_page())
    receivers = load.list_receivers(person, on=today)
    closed = find_barred(cases, cast(User, request.user), on=today)
    form = HandOverForm(request.POST or None, cases=cases, receivers=receivers, places=places, closed=closed)

    def show_form(confirm: str = "") -> HttpResponse:
        context = {
            "confirm": confirm,
            "person": person,
            "form": form,
            "n": len(cases),
            "can_hand": bool(cases and receivers),
            "trail": [(_("Mes dossiers"), reverse("cases")), (_("La charge de chacun"), reverse("case_load"))],
        }
        return render(request, "cases/hand_over.html", context, status=400 if form.is_bound and not confirm else 200)

    def deed(said: dict[str, Any]) -> None:
        receiver = next(one for one, _n in receivers if one.pk == int(said["receiver"]))
        by = cast(User, request.user)
        actions.hand_over(person=person, receiver=receiver, cases=said["cases"], words=said["words"], by=by, now=now)

    if request.method != "POST":
        return show_form()
    if form.is_valid() and not request.POST.get("confirmed"):
        return show_form(_say_handing(form.cleaned_data, cases, [one for one, _n in receivers]))
    n = len(request.POST.getlist("cases"))
    done = ngettext("{n} dossier est remis.", "{n} dossiers sont remis.", n).format(n=n)
    return do_or(show_form, request, form, deed, done, address=reverse("case_load"))


def _say_handing(said: dict[str, Any], cases: Sequence[Case], receivers: Sequence[User]) -> str:
    """How many files go to whom, and how many of the people followed are told by e-mail."""
    receiver = next(one for one in receivers if one.pk == int(said["receiver"]))
    told = len({one.promoter_email.casefold() for one in cases if one.pk in said["cases"] and one.promoter_email})
    n = len(said["cases"])
    files = ngettext("{n} dossier va à {receiver}", "{n} dossiers vont à {receiver}", n).format(n=n, receiver=receiver)
    people = ngettext("{n} personne en sera avertie.", "{n} personnes en seront averties.", told).format(n=told)
    if not told:
        people = _("aucune des personnes suivies n’a donné de courriel où l’en avertir.")
    return _("{files} ; {people}").format(files=files, people=people)
