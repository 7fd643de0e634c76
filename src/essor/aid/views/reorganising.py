"""An adviser records a reorganisation: what happened, then all that it moves, then it is saved."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.aid import body_pictures
from essor.aid.actions import record_reorganisation
from essor.aid.body_forms import KINDS, ReorganisationForm
from essor.aid.queries.reorganising import list_reachable, preview_reorganisation
from essor.aid.rules import AidError
from essor.aid.wording import explain
from essor.cases import tasks
from essor.cases.views.private import keep_private, language_of_page
from essor.territories.actions.bodies import require_reach
from essor.territories.body_pictures import Words, describe_faults, explain_refusal
from essor.territories.faults import BodyError
from essor.territories.queries import list_names
from essor.territories.queries.bodies import read_register
from essor.territories.reorganisations import Reorganisation, ReorganisationRefused
from essor.territories.subjects import list_subject_names


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def record(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(request, "aid/reorganise_kinds.html", {"kinds": list(KINDS.items())})
    form = _make_form(request, kind)
    if not form.is_valid():
        return _show(request, form, status=400 if form.is_bound else 200)
    asked = form.read()
    require_reach(form.register, asked, by=cast(User, request.user), on=timezone.localdate())
    try:
        if "seen" in request.POST:
            return _save(request, asked)
        return _preview(request, form, asked)
    except (AidError, BodyError, ReorganisationRefused) as error:
        for said in _explain(error, form):
            form.add_error(None, said)
        return _show(request, form, status=400)


def _make_form(request: HttpRequest, kind: str) -> ReorganisationForm:
    user, today, register = cast(User, request.user), timezone.localdate(), read_register()
    words = _make_words(register_on=register, on=today)
    reachable = list_reachable(register, by=user, on=today)
    matters = [
        (
            "|".join((one.body, *one.matter)),
            f"{life.names[-1].name} — {words.name_subject(one)}, {words.places.get(one.place, one.place)}",
        )
        for life in reachable
        for one in register.mandates_of(life.body)
        if one.lasts_beyond(today)
    ]
    data = request.POST if request.method == "POST" and "again" not in request.POST else None
    initial = {name: request.POST.getlist(name) if name in {"bodies", "matters"} else request.POST[name]
               for name in request.POST} if data is None else None  # fmt: skip
    return ReorganisationForm(data, initial=initial, kind=kind, register=register, reachable=reachable, matters=matters)


def _make_words(*, register_on: Any, on: Any) -> Words:
    language = language_of_page()
    return Words(register_on, list_names(on, language), list_subject_names(language), on)


def _show(request: HttpRequest, form: ReorganisationForm, *, status: int) -> HttpResponse:
    context = {"form": form, "title": KINDS[form.kind], "kind": form.kind}
    return render(request, "aid/reorganise.html", context, status=status)


def _preview(request: HttpRequest, form: ReorganisationForm, asked: Reorganisation) -> HttpResponse:
    preview = preview_reorganisation(asked=asked, by=cast(User, request.user), today=timezone.localdate())
    words = _make_words(register_on=preview.foreseen.after, on=asked.on)
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    context = {
        "title": KINDS[form.kind],
        "kind": form.kind,
        "asked": asked,
        "is_to_come": asked.on > timezone.localdate(),
        "kept": kept,
        "seen": preview.fingerprint,
        "counts": [
            len(preview.mandates),
            len({one.before.agreement for one in preview.agreements}),
            len({one.programme.slug for one in preview.aids}),
            len(preview.files),
        ],
        "orphans": sum(not one.after for one in preview.files),
        "tables": body_pictures.build_preview_tables(preview, words),
    }
    return render(request, "aid/reorganise_preview.html", context)


def _save(request: HttpRequest, asked: Reorganisation) -> HttpResponse:
    now = timezone.now()
    moved = record_reorganisation(asked=asked, seen=request.POST["seen"], by=cast(User, request.user), now=now)
    tasks.send_letters.enqueue()
    said = _("La réorganisation est enregistrée.")
    if moved:
        told = ngettext(
            "{n} dossier ouvert est touché : voyez qui le suit.",
            "{n} dossiers ouverts sont touchés : voyez qui les suit.",
            moved,
        )
        said = f"{said} {told.format(n=moved)}"
    messages.success(request, said)
    return redirect(reverse("body", args=[asked.into or asked.bodies[0]]))


def _explain(error: AidError | BodyError | ReorganisationRefused, form: ReorganisationForm) -> list[str]:
    if isinstance(error, AidError):
        return [explain(error)]
    return describe_faults(error) if isinstance(error, BodyError) else [explain_refusal(error, form.register)]
