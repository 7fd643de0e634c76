from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.knowledge import load_variables
from essor.methods.criteria import CriterionError, Line, criterion_sentence, describe, leaves_of, parse
from essor.observatory import actions
from essor.observatory.builder import EMPTY_TREE
from essor.observatory.drawing import BUILDER_ID, draw_builder
from essor.observatory.forms import BaseVersionForm, NewBaseForm, list_territory_choices
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import base_definition, get_base_version, list_bases
from essor.observatory.queries.membership import MembershipList, Place, default_place, explain_tree
from essor.observatory.queries.stewards import Stewardship, find_stewardship
from essor.observatory.queries.territories import get_territory_code
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain
from essor.observatory.written import Written, open_written, read_written
from essor.territories.queries import list_names

FORM_FIELDS = ("label_fr", "label_en", "description_fr", "description_en", "jobs_variable", "starts_on", "ends_before")


def _language() -> str:
    return "en" if get_language() == "en" else "fr"


def _in_language(version: BaseVersion, field: str) -> str:
    return str(getattr(version, f"{field}_{_language()}"))


def _get_version(slug: str, number: int) -> BaseVersion:
    try:
        return get_base_version(slug=slug, number=number)
    except ObservatoryError as error:
        raise Http404 from error


def _read_place(request: HttpRequest) -> Place:
    """The territory and the day that one asks about; those of the latest edition where one does not say."""
    asked, place = request.POST if request.method == "POST" else request.GET, default_place(today=timezone.localdate())
    on, code = asked.get("on", ""), asked.get("territory", "")
    try:
        return Place(get_territory_code(code) if code else place.code, date.fromisoformat(on) if on else place.on)
    except ObservatoryError as error:
        raise BadRequest(explain(error)) from error
    except ValueError as error:
        raise BadRequest(_("Cette date ne se lit pas. Écrivez-la ainsi : 2017-11-29.")) from error


def _try_out(request: HttpRequest, tree: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Who is counted under a tree, and the tree in words. Raises CriterionError."""
    is_public = not may(request.user, "record_facts", place.code)
    found = explain_tree(
        tree,
        territory_code=place.code,
        on=place.on,
        language=_language(),
        is_public=is_public,
        known_at=timezone.now(),
    )
    return {"membership": found, "criteria_lines": _describe(tree, place.on)}


def _draw_place(place: Place) -> dict[str, Any]:
    choices = list_territory_choices(_language())
    return {
        "on": place.on,
        "territory": place.code,
        "territory_name": place.name(_language()),
        "territories": choices if place.code in dict(choices) else [(place.code, place.name(_language())), *choices],
    }


def _describe(tree: Mapping[str, Any], on: date) -> tuple[Line, ...]:
    variables, language = load_variables(), _language()
    criteria = parse(tree, variables=variables)
    return describe(criteria, language=language, variables=variables, place_names=list_names(on, language))


def _find_stewardship(request: HttpRequest) -> Stewardship:
    return find_stewardship(request.user, on=timezone.localdate())


def _base_trail() -> list[tuple[str, str]]:
    return [(_("Bases"), reverse("bases"))]


@open_to(Audience.PUBLIC)
@require_safe
def show_bases(request: HttpRequest) -> HttpResponse:
    may_edit = may(request.user, "edit_base")
    shown = []
    for base in list_bases():
        versions = [version for version in base.versions.all() if may_edit or version.published_at]
        if versions:
            latest = versions[0]
            said = {"label": _in_language(latest, "label"), "description": _in_language(latest, "description")}
            shown.append({"base": base, "versions": versions, **said})
    return render(request, "observatory/base_list.html", {"bases": shown, "may_edit": may_edit})


@open_to(Audience.PUBLIC)
@require_safe
def show_base(_request: HttpRequest, slug: str) -> HttpResponse:
    try:
        version = get_base_version(slug=slug)
    except ObservatoryError as error:
        raise Http404 from error
    return redirect("base_version", slug, version.number)


@open_to(Audience.PUBLIC)
@require_safe
def show_base_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _get_version(slug, number)
    is_adviser, is_draft = may(request.user, "edit_base"), version.status == BaseVersion.Status.DRAFT
    if is_draft and not is_adviser:
        raise Http404
    place = _read_place(request)
    context = {
        "version": version,
        "newer": getattr(version, "replacement", None),
        "label": _in_language(version, "label"),
        "description": _in_language(version, "description"),
        "has_inferred": any(leaf.certainty == "inferred" for leaf in leaves_of(base_definition(version).criteria)),
        "last_day": version.ends_before - timedelta(days=1) if version.ends_before else None,
        "jobs_label": load_variables()[version.jobs_variable].label(_language()),
        "is_adviser": is_adviser,
        "may_edit": is_adviser and _find_stewardship(request).holds(version.base),
        "is_draft": is_draft,
        "trail": _base_trail(),
        **_draw_place(place),
        **_try_out(request, version.criteria, place),
    }
    return render(request, "observatory/base_version.html", context)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_base(request: HttpRequest) -> HttpResponse:
    written = _read_written(request) if request.method == "POST" else open_written(EMPTY_TREE)
    form = _open_form(NewBaseForm, request, initial={}, bodies=_find_stewardship(request).bodies)
    if form.is_bound and _check(form, written):
        said, by = dict(form.cleaned_data), cast(User, request.user)
        version = _try(form, lambda: actions.start_base(criteria=written.tree, by=by, now=timezone.now(), **said))
        if version is not None:
            messages.success(request, _("L’ébauche est enregistrée."))
            return redirect("base_version", version.base.slug, version.number)
    return _show_editing(request, form, written, title=_("Nouvelle base"))


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_base(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _get_version(slug, number)
    if version.status != BaseVersion.Status.DRAFT:
        raise Http404
    actions.require_steward(cast(User, request.user), "edit_base", version.base, now=timezone.now())
    written = _read_written(request) if request.method == "POST" else open_written(version.criteria)
    form = _open_form(BaseVersionForm, request, initial={name: getattr(version, name) for name in FORM_FIELDS})
    if form.is_bound and _check(form, written):
        said = form.cleaned_data | {"criteria": written.tree, "sources": version.sources}
        by = cast(User, request.user)
        if _try(form, lambda: actions.edit_base_draft(version=version, by=by, now=timezone.now(), **said)):
            messages.success(request, _("L’ébauche est enregistrée."))
            return redirect("base_version", slug, number)
    return _show_editing(request, form, written, title=_in_language(version, "label"))


@open_to(Audience.ADVISER)
@require_POST
def preview_base(request: HttpRequest) -> HttpResponse:
    """What HTMX asks for while one writes: who is counted, and the rows again when they change of shape."""
    written = _read_written(request)
    context = _preview(request, written) | {"redraws": request.headers.get("HX-Target") == BUILDER_ID}
    return render(request, "observatory/base_preview.html", context)


@open_to(Audience.ADVISER)
@require_POST
def publish_base(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version, by, now = _get_version(slug, number), cast(User, request.user), timezone.now()
    try:
        actions.publish_base_version(version=version, replaces=actions.find_replaced(version), by=by, now=now)
    except (ObservatoryError, CriterionError) as error:
        messages.error(request, _tell(error))
    else:
        messages.success(request, _("La version est publiée. Elle ne changera plus."))
    return redirect("base_version", slug, number)


@open_to(Audience.ADVISER)
@require_POST
def draft_next_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _get_version(slug, number)
    said = {name: getattr(version, name) for name in (*FORM_FIELDS, "criteria", "sources")}
    try:
        draft = actions.draft_base_version(base=version.base, by=cast(User, request.user), now=timezone.now(), **said)
    except (ObservatoryError, CriterionError) as error:
        messages.error(request, _tell(error))
        return redirect("base_version", slug, number)
    return redirect("base_edit", slug, draft.number)


def _read_written(request: HttpRequest) -> Written:
    return read_written(request.POST, load_variables())


def _open_form(
    kind: type[BaseVersionForm], request: HttpRequest, *, initial: dict[str, Any], **about: Any
) -> BaseVersionForm:
    """Judged when one saves; until then what was typed stands, without complaint."""
    if request.POST.get("do") == "save":
        return kind(request.POST, language=_language(), **about)
    return kind(initial=initial | request.POST.dict(), language=_language(), **about)


def _check(form: BaseVersionForm, written: Written) -> bool:
    if written.fault:
        form.add_error(None, _say_fault(written.fault))
    return form.is_valid()


def _try(form: BaseVersionForm, write: Callable[[], BaseVersion]) -> BaseVersion | None:
    try:
        return write()
    except (ObservatoryError, CriterionError) as error:
        form.add_error(None, _tell(error))
        return None


def _show_editing(request: HttpRequest, form: BaseVersionForm, written: Written, *, title: str) -> HttpResponse:
    context = _preview(request, written) | {"form": form, "title": title, "trail": _base_trail()}
    return render(request, "observatory/base_edit.html", context, status=400 if form.is_bound else 200)


def _preview(request: HttpRequest, written: Written) -> dict[str, Any]:
    place = _read_place(request)
    context: dict[str, Any] = {
        "builder": draw_builder(written.builder, _language()) if written.builder else None,
        "tree_text": written.text,
        "membership": MembershipList.empty(),
        "criteria_lines": (),
        "problem": _say_fault(written.fault) if written.fault else "",
        **_draw_place(place),
    }
    if written.fault:
        return context
    try:
        return context | _try_out(request, written.tree, place)
    except CriterionError as error:
        return context | {"problem": criterion_sentence(error, _language())}


def _say_fault(fault: str) -> str:
    return {
        "empty": _("Choisissez au moins une condition."),
        "incomplete": _("Une condition n’a pas encore de valeur. Choisissez-la, ou retirez la condition."),
        "unreadable": _("Ce texte ne se lit pas comme un arbre de critères en YAML. Reprenez-le là où il a changé."),
    }[fault]


def _tell(error: ObservatoryError | CriterionError) -> str:
    return criterion_sentence(error, _language()) if isinstance(error, CriterionError) else explain(error)
