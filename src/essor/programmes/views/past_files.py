"""Past files from a spreadsheet, step by step as a census: the file, its columns, each line, then all of it at once."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.views.private import language_of_page
from essor.directory.actions.drafts import discard_draft
from essor.directory.importing import storage
from essor.directory.importing.reading import read_table
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError
from essor.directory.views.imports import show_columns
from essor.directory.wording import explain_error
from essor.programmes import actions
from essor.programmes.models import Programme
from essor.programmes.past_forms import PastColumnsForm, PastUploadForm
from essor.programmes.past_words import explain_fault
from essor.programmes.queries.past_files import check_past_files, find_draft, is_all_there, is_entered, list_drafts
from essor.programmes.rules import ProgrammeError
from essor.programmes.spreadsheets import PastMapping, list_strange_outcomes, read_rows
from essor.programmes.views.asking import find_programme
from essor.programmes.wording import explain

PER_PAGE = 50


def _steps() -> list[str]:
    return [_("Fichier"), _("Colonnes"), _("Vérification")]


def _get_draft(request: HttpRequest, programme: Programme, token: str) -> ImportDraft:
    """One's own, still on its way."""
    draft = find_draft(programme, token=token, by=cast(User, request.user))
    if draft is None or draft.stage == ImportDraft.Stage.DONE or not storage.file_of(draft).is_file():
        raise Http404(_("Ce versement n’existe pas, n’est pas le vôtre, ou il est déjà entré."))
    return draft


def _trail(programme: Programme, *, is_inside: bool = True) -> list[tuple[str, str]]:
    name = getattr(programme, f"name_{language_of_page()}")
    trail = [(name, reverse("programme", args=[programme.slug]))]
    return trail + ([(_("Verser des dossiers passés"), reverse("past_files", args=[programme.slug]))] * is_inside)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def put_down(request: HttpRequest, slug: str) -> HttpResponse:
    programme, by = find_programme(slug), cast(User, request.user)
    form = PastUploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            draft = actions.put_down(
                programme=programme, file_name=file.name, chunks=file.chunks(), by=by, now=timezone.now()
            )
        except DirectoryError as error:
            form.add_error("file", explain_error(error))
        else:
            return redirect("past_columns", slug, draft.token)
    context = {"programme": programme, "form": form, "drafts": list_drafts(programme, by=by)}
    context |= {"steps": _steps(), "trail": _trail(programme, is_inside=False)}
    return render(request, "programmes/past_files.html", context, status=400 if form.is_bound else 200)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def map_columns(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    programme = find_programme(slug)
    draft = _get_draft(request, programme, token)
    table, mapping = read_table(storage.file_of(draft)), PastMapping.parse(draft.mapping)
    words = list_strange_outcomes(table, mapping.columns)
    form = PastColumnsForm(request.POST or None, columns=table.columns, mapping=mapping, words=words)
    if form.is_valid():
        chosen = form.read()
        try:
            actions.map_draft(draft=draft, mapping=chosen, by=cast(User, request.user), now=timezone.now())
        except ProgrammeError as error:
            form.add_error(None, explain(error))
        else:
            is_asked = set(list_strange_outcomes(table, chosen.columns)) - set(words)
            return redirect("past_columns" if is_asked else "past_check", slug, token)
    context = {"programme": programme, "draft": draft, "form": form, "fields": show_columns(form, table)}
    context |= {"rows": len(table), "steps": _steps(), "trail": _trail(programme)}
    return render(request, "programmes/past_columns.html", context, status=400 if form.is_bound else 200)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    programme, by, now = find_programme(slug), cast(User, request.user), timezone.now()
    if is_entered(programme, token=token, by=by):
        return redirect("past_files", slug)
    draft = _get_draft(request, programme, token)
    mended = PastUploadForm(request.POST, request.FILES) if request.FILES else PastUploadForm()
    try:
        if mended.is_valid():
            file = mended.cleaned_data["file"]
            actions.replace_draft(draft=draft, file_name=file.name, chunks=file.chunks(), by=by, now=now)
            return redirect("past_check", slug, token)
        if request.method == "POST" and not request.FILES:
            done = actions.enter_draft(programme=programme, draft=draft, by=by, now=now)
            said = _("Dossiers entrés : {files}. Entreprises ouvertes : {opened}.")
            messages.success(request, said.format(files=done.files, opened=done.opened))
            return redirect("past_files", slug)
    except DirectoryError as error:
        mended.add_error("file", explain_error(error))
    except ProgrammeError as error:
        if error.code != "import-refused":
            messages.error(request, explain(error))
            return redirect("past_columns", slug, token)
    return _show_check(request, programme, draft, mended)


def _show_check(request: HttpRequest, programme: Programme, draft: ImportDraft, mended: PastUploadForm) -> HttpResponse:
    try:
        rows = read_rows(storage.file_of(draft), PastMapping.parse(draft.mapping))
    except ProgrammeError as error:
        messages.error(request, explain(error))
        return redirect("past_columns", programme.slug, draft.token)
    checked = check_past_files(programme, rows, on=timezone.localdate())
    page = Paginator(checked.faults, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "programme": programme,
        "draft": draft,
        "checked": checked,
        "files": len(checked.files),
        "page": page,
        "are_entered": is_all_there(checked),
        "faults": [explain_fault(fault) for fault in page.object_list],
        "mended": mended,
        "steps": _steps(),
        "trail": _trail(programme),
    }
    return render(request, "programmes/past_check.html", context, status=400 if request.method == "POST" else 200)


@open_to(Audience.ADMINISTRATOR)
@require_POST
def discard(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    draft, by = _get_draft(request, find_programme(slug), token), cast(User, request.user)
    discard_draft(draft=draft, by=by, now=timezone.now())
    messages.success(request, _("Ce versement est jeté : le fichier n’est plus gardé."))
    return redirect("past_files", slug)
