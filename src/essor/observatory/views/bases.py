from __future__ import annotations

from datetime import date
from typing import Any, cast

import yaml
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
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
from essor.methods.criteria import CriterionError, Line, criterion_sentence, describe
from essor.observatory import actions
from essor.observatory.builder import Builder, open_builder, read_builder
from essor.observatory.drawing import draw_builder
from essor.observatory.forms import BaseVersionForm, NewBaseForm
from essor.observatory.models import Base, BaseVersion
from essor.observatory.queries.bases import base_definition, get_base_version, list_bases
from essor.observatory.queries.membership import MembershipList, default_place, explain_tree
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain
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


def _read_day(request: HttpRequest) -> date:
    text = request.GET.get("on") or request.POST.get("on") or ""
    if not text:
        return default_place().on
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SuspiciousOperation(_("Cette date ne se lit pas. Écrivez-la ainsi : 2017-11-29.")) from error


def _describe(version: BaseVersion, on: date) -> tuple[Line, ...]:
    criteria, language = base_definition(version).criteria, _language()
    return describe(criteria, language=language, variables=load_variables(), place_names=list_names(on, language))


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
    may_edit = may(request.user, "edit_base")
    is_draft = version.status == BaseVersion.Status.DRAFT
    if is_draft and not may_edit:
        raise Http404
    on, place = _read_day(request), default_place()
    context = {
        "version": version,
        "label": _in_language(version, "label"),
        "description": _in_language(version, "description"),
        "criteria_lines": _describe(version, on),
        "jobs_label": load_variables()[version.jobs_variable].label(_language()),
        "membership": explain_tree(version.criteria, territory_code=place.code, on=on, language=_language()),
        "on": on,
        "territory_name": place.name(_language()),
        "may_edit": may_edit,
        "is_draft": is_draft,
        "trail": _base_trail(),
    }
    return render(request, "observatory/base_version.html", context)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_base(request: HttpRequest) -> HttpResponse:
    form = NewBaseForm(request.POST or None, language=_language())
    tree = _read_tree(request) if request.method == "POST" else {"all": []}
    if request.POST.get("do") == "save" and form.is_valid():
        try:
            version = _save_new(form, tree, by=cast(User, request.user))
        except (ObservatoryError, CriterionError) as error:
            form.add_error(None, _tell(error))
        else:
            return redirect("base_version", version.base.slug, version.number)
    context = _editing(request, tree) | {"form": form if request.POST.get("do") == "save" else _unchecked(form)}
    status = 400 if form.is_bound and request.POST.get("do") == "save" else 200
    return render(request, "observatory/base_edit.html", context | {"title": _("Nouvelle base")}, status=status)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_base(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _get_version(slug, number)
    if version.status != BaseVersion.Status.DRAFT:
        raise Http404
    initial = {name: getattr(version, name) for name in FORM_FIELDS}
    form = BaseVersionForm(request.POST or None, initial=initial, language=_language())
    tree = _read_tree(request) if request.method == "POST" else version.criteria
    if request.POST.get("do") == "save" and form.is_valid():
        try:
            actions.edit_base_draft(
                version=version, criteria=tree, sources=version.sources, by=cast(User, request.user),
                now=timezone.now(), **form.cleaned_data,
            )  # fmt: skip
        except (ObservatoryError, CriterionError) as error:
            form.add_error(None, _tell(error))
        else:
            messages.success(request, _("L’ébauche est enregistrée."))
            return redirect("base_version", slug, number)
    context = _editing(request, tree) | {"form": form if request.POST.get("do") == "save" else _unchecked(form)}
    status = 400 if form.is_bound and request.POST.get("do") == "save" else 200
    title = _in_language(version, "label")
    return render(request, "observatory/base_edit.html", context | {"title": title}, status=status)


@open_to(Audience.ADVISER)
@require_POST
def preview_base(request: HttpRequest) -> HttpResponse:
    return render(request, "observatory/membership.html", _preview(request, _read_tree(request)))


@open_to(Audience.ADVISER)
@require_POST
def publish_base(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _get_version(slug, number)
    in_force = version.base.versions.in_force().order_by("-number").first()
    try:
        actions.publish_base_version(
            version=version, replaces=in_force, by=cast(User, request.user), now=timezone.now()
        )
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
    draft = actions.draft_base_version(base=version.base, by=cast(User, request.user), now=timezone.now(), **said)
    return redirect("base_edit", slug, draft.number)


def _save_new(form: NewBaseForm, tree: dict[str, Any], *, by: User) -> BaseVersion:
    said = dict(form.cleaned_data)
    now = timezone.now()
    base: Base = actions.create_base(slug=said.pop("slug"), owner=said.pop("owner"), by=by, now=now)
    return actions.draft_base_version(base=base, criteria=tree, by=by, now=now, **said)


def _unchecked(form: Any) -> Any:
    """The form with what was typed and no complaint: the person is still putting conditions together."""
    return type(form)(initial=form.data.dict() if form.is_bound else form.initial, language=_language())


def _read_tree(request: HttpRequest) -> dict[str, Any]:
    if "tree" in request.POST:
        try:
            tree = yaml.safe_load(request.POST["tree"])
        except yaml.YAMLError:
            tree = None
        return tree if isinstance(tree, dict) else {"all": []}
    return _pressed(request).to_tree(load_variables())


def _pressed(request: HttpRequest) -> Builder:
    return read_builder(request.POST).apply(request.POST.get("do", ""))


def _editing(request: HttpRequest, tree: dict[str, Any]) -> dict[str, Any]:
    if request.method == "POST":
        builder = None if "tree" in request.POST else _pressed(request)
    else:
        builder = open_builder(tree) if tree != {"all": []} else Builder()
    return {
        "builder": draw_builder(builder, _language()) if builder else None,
        "tree_text": request.POST.get("tree") or yaml.safe_dump(tree, allow_unicode=True, sort_keys=False),
        "preview_url": reverse("base_preview"),
        "trail": _base_trail(),
        **_preview(request, tree),
    }


def _preview(request: HttpRequest, tree: dict[str, Any]) -> dict[str, Any]:
    on, place = _read_day(request), default_place()
    context: dict[str, Any] = {
        "on": on,
        "territory_name": place.name(_language()),
        "membership": MembershipList.empty(),
    }
    if tree == {"all": []}:
        return context | {"problem": _("Choisissez au moins une condition.")}
    try:
        found = explain_tree(tree, territory_code=place.code, on=on, language=_language())
    except CriterionError as error:
        return context | {"problem": criterion_sentence(error, _language())}
    return context | {"membership": found, "problem": ""}


def _tell(error: ObservatoryError | CriterionError) -> str:
    return criterion_sentence(error, _language()) if isinstance(error, CriterionError) else explain(error)
