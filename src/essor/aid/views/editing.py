from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.aid import actions
from essor.aid.aid_forms import EMPTY_RULES, AidForm, open_definition
from essor.aid.models import AidRevision
from essor.aid.pictures import tell_difference, tell_movement, tell_tried
from essor.aid.queries import drafts, read_revision
from essor.aid.queries.catalogue import open_entry
from essor.aid.rules import AidError
from essor.aid.views.catalogue import tell_entry, tell_rules
from essor.aid.wording import explain
from essor.directory.views.asking import read_language
from essor.knowledge import DefinitionRefused

DRAFTS = "aid_drafts"


@open_to(Audience.ADVISER)
@require_safe
def list_drafts(request: HttpRequest) -> HttpResponse:
    language = read_language()
    waiting = [
        {"revision": one, "name": one.content["name"][language], "is_mine": one.drafted_by_id == request.user.pk}
        for one in drafts.list_drafts()
    ]
    context = {"drafts": waiting, "trail": [(_("Toutes les aides"), reverse("aid_list"))]}
    return render(request, "aid/drafts.html", context)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_aid(request: HttpRequest) -> HttpResponse:
    form = _open_form(request, None, initial={"rules": EMPTY_RULES, "read_on": timezone.localdate()})
    return _edit(request, form, None, title=_("Ajouter une aide"))


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_aid(request: HttpRequest, slug: str) -> HttpResponse:
    """From the open draft, or from what is published."""
    draft = drafts.find_draft(slug)
    revision = draft or drafts.find_current(slug)
    if revision is None:
        raise Http404
    definition = read_revision(revision).definition
    initial = open_definition(definition) | {"read_on": revision.read_on, "reason": revision.reason if draft else ""}
    initial["seen"] = str(draft.number) if draft else ""
    form = _open_form(request, revision, initial=initial)
    return _edit(request, form, draft, title=getattr(definition.name, read_language()))


@open_to(Audience.ADVISER)
@require_safe
def show_draft(request: HttpRequest, slug: str) -> HttpResponse:
    draft, language, now = _get_draft(slug), read_language(), timezone.now()
    on, programme, current = timezone.localdate(), read_revision(draft), drafts.find_current(slug)
    before = read_revision(current) if current else None
    entry = open_entry(programme, on=on)
    tried = drafts.list_tried(draft, on=on)
    differences = drafts.list_differences(current.content if current else {}, draft.content)
    context = {
        **tell_entry(entry, language),
        **tell_rules(entry, on, language),
        "draft": draft,
        "is_new": current is None,
        "is_mine": draft.drafted_by_id == request.user.pk,
        "differences": [tell_difference(*one) for one in differences],
        "tried": [tell_tried(one, language) for one in tried],
        "all_hold": all(one.holds for one in tried),
        "movements": [
            tell_movement(one, language) for one in drafts.count_movements(before, programme, on=on, known_at=now)
        ],
        "trail": [(_("Toutes les aides"), reverse("aid_list")), (_("Brouillons"), reverse(DRAFTS))],
    }
    return render(request, "aid/draft.html", context)


@open_to(Audience.ADVISER)
@require_POST
def publish_draft(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(request, slug, actions.publish_aid, "aid", _("L’aide est publiée."))


@open_to(Audience.ADVISER)
@require_POST
def drop_draft(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(request, slug, actions.set_draft_aside, "", _("Le brouillon est mis de côté."))


def _get_draft(slug: str) -> AidRevision:
    draft = drafts.find_draft(slug)
    if draft is None:
        raise Http404
    return draft


def _is_seen(request: HttpRequest, draft: AidRevision | None) -> bool:
    """Whether the draft that is open now is the one that the person had before their eyes."""
    return request.POST.get("seen", "") == (str(draft.number) if draft else "")


def _do(request: HttpRequest, slug: str, act: Callable[..., AidRevision], then: str, said: str) -> HttpResponse:
    draft = _get_draft(slug)
    try:
        if not _is_seen(request, draft):
            raise AidError("draft-changed", aid=slug)
        act(revision=draft, by=cast(User, request.user), now=timezone.now())
    except AidError as error:
        messages.error(request, explain(error))
        return redirect("aid_draft", slug)
    messages.success(request, said)
    return redirect(then, slug) if then else redirect(DRAFTS)


def _open_form(request: HttpRequest, revision: AidRevision | None, *, initial: dict[str, Any]) -> AidForm:
    kept = revision.content if revision else None
    return AidForm(request.POST or None, initial=initial, language=read_language(), kept=kept)


def _edit(request: HttpRequest, form: AidForm, draft: AidRevision | None, *, title: str) -> HttpResponse:
    if form.is_valid():
        try:
            if not _is_seen(request, draft):
                raise AidError("draft-changed", aid=form.cleaned_data["slug"])
            revision = actions.draft_aid(
                definition=form.read_definition(),
                read_on=form.cleaned_data["read_on"],
                reason=form.cleaned_data["reason"],
                instead_of=draft,
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except AidError as error:
            form.add_error(None, explain(error))
        except DefinitionRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Le brouillon est gardé. Une autre personne le relit et le publie."))
            return redirect("aid_draft", revision.aid.slug)
    trail = [(_("Toutes les aides"), reverse("aid_list")), (_("Brouillons"), reverse(DRAFTS))]
    context = {"form": form, "title": title, "trail": trail}
    return render(request, "aid/aid_edit.html", context, status=400 if form.is_bound else 200)
