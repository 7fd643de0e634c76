from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.directory.actions import drafts
from essor.directory.console import COUNT_LABELS
from essor.directory.forms import ColumnsForm, DecisionForm, MappingForm, SourceForm, UploadForm
from essor.directory.importing import storage
from essor.directory.importing.mapping import parse_mapping
from essor.directory.importing.matching import NEW
from essor.directory.importing.problems import Problem
from essor.directory.importing.reading import Table, read_table
from essor.directory.importing.suggesting import list_words, list_years
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError
from essor.directory.tasks import import_draft
from essor.directory.wording import STEPS, explain_error, explain_problem, explain_with_links, list_labels
from essor.territories.queries import list_names

PER_PAGE = 50
FIRST_ROWS = 3
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def _steps() -> list[str]:
    return [_("Fichier"), _("Colonnes"), _("Vérification"), _("Versement")]


def _get_draft(request: HttpRequest, token: str) -> ImportDraft:
    """One's own drafts only."""
    mine = ImportDraft.objects.filter(purpose=ImportDraft.CENSUS, created_by=cast(User, request.user))
    draft = mine.filter(token=token).first()
    if draft is None:
        raise Http404(_("Ce versement n’existe pas, ou n’est pas le vôtre."))
    return draft


def _open_draft(request: HttpRequest, token: str) -> ImportDraft:
    draft = _get_draft(request, token)
    if _is_on_its_way(draft) or not storage.file_of(draft).is_file():
        raise Http404(_("Ce versement est déjà parti. Déposez le fichier de nouveau s’il le faut."))
    return draft


def _is_on_its_way(draft: ImportDraft) -> bool:
    """Imported, or being imported by a process that still says so."""
    is_running = draft.stage == ImportDraft.Stage.RUNNING and not drafts.is_stalled(draft, now=timezone.now())
    return is_running or draft.stage == ImportDraft.Stage.DONE


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def list_imports(request: HttpRequest) -> HttpResponse:
    by = cast(User, request.user)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            draft = drafts.create_draft(file_name=file.name, chunks=file.chunks(), by=by, now=timezone.now())
        except DirectoryError as error:
            form.add_error("file", explain_error(error))
        else:
            return redirect("import_columns", draft.token)
    held = ImportDraft.objects.filter(purpose=ImportDraft.CENSUS, created_by=by).select_related("source")[:20]
    context = {"form": form, "drafts": held, "steps": _steps()}
    return render(request, "directory/import_list.html", context, status=400 if form.is_bound else 200)


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_columns(request: HttpRequest, token: str) -> HttpResponse:
    draft = _open_draft(request, token)
    table = read_table(storage.file_of(draft))
    language = "en" if get_language() == "en" else "fr"
    held, rules = draft.mapping.get("source", {}) | draft.mapping.get("constants", {}), draft.mapping.get("columns", {})
    about = SourceForm(request.POST or None, initial=held)
    words, years = list_words(table, rules), list_years(table, rules)
    columns = ColumnsForm(
        request.POST or None, columns=table.columns, rules=rules, words=words, years=years, language=language
    )
    if about.is_valid() and columns.is_valid():
        mapping = _build_mapping(draft, about.cleaned_data, columns)
        try:
            drafts.save_mapping(draft=draft, content=mapping, by=cast(User, request.user), now=timezone.now())
        except DirectoryError as error:
            constant = str(error.facts.get("constant", ""))
            about.add_error(constant if constant in about.fields else None, explain_error(error))
        else:
            asked = list_words(table, mapping["columns"]).keys() - words.keys()
            asked |= list_years(table, mapping["columns"]).keys() - years.keys()
            return redirect("import_columns" if asked else "import_check", token)
    fields = show_columns(columns, table)
    context = {"draft": draft, "about": about, "columns": columns, "fields": fields, "rows": len(table)}
    context |= {"steps": _steps(), "trail": [(_("Verser un recensement"), reverse("import_list"))]}
    return render(request, "directory/import_columns.html", context, status=400 if about.is_bound else 200)


def show_columns(form: MappingForm, table: Table) -> list[dict[str, Any]]:
    """Each column of a file: its fields, and its first values."""
    samples = table.frame.head(FIRST_ROWS).to_dicts()
    return [
        {
            "field": form[f"c{place}"],
            "words": form.list_fields(place),
            "samples": [str(row.get(name) or "…")[:60] for row in samples],
        }
        for place, name in enumerate(table.columns)
    ]


def _build_mapping(draft: ImportDraft, about: dict[str, Any], columns: ColumnsForm) -> dict[str, Any]:
    source = {name: about[name] for name in ("title", "publisher", "licence")}
    constants = {name: about[name].isoformat() for name in ("reference_date", "known_on") if about[name]}
    if about["municipality"]:
        constants["municipality"] = about["municipality"]
    source |= {name: held for name, held in draft.mapping.get("source", {}).items() if name in ("series", "kind")}
    kept = {name: draft.mapping[name] for name in ("holds_months", "leave_out", "decisions") if name in draft.mapping}
    return {**kept, "source": source, "constants": constants, "columns": columns.read_rules()}


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def check_import(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "POST" and _is_on_its_way(_get_draft(request, token)):
        return redirect("import_progress", token)
    draft, by = _open_draft(request, token), cast(User, request.user)
    mended = UploadForm(request.POST or None, request.FILES) if request.FILES else UploadForm()
    if mended.is_valid():
        try:
            _replace(draft, mended, by=by)
        except DirectoryError as error:
            mended.add_error("file", explain_error(error))
        else:
            return redirect("import_check", token)
    try:
        report = _preview(draft)
    except DirectoryError as error:
        messages.error(request, explain_error(error))
        return redirect("import_columns", token)
    if report.source is not None:
        messages.warning(request, _("Ce fichier est déjà versé : rien n’a été ajouté."))
        return redirect("source", report.source)
    if request.method == "POST" and not report.counts["errors"] and not request.FILES:
        return _start(request, draft)
    return _show_check(request, draft, report, mended)


def _show_check(request: HttpRequest, draft: ImportDraft, report: storage.Preview, mended: UploadForm) -> HttpResponse:
    now = timezone.now()
    places = list_names(timezone.localdate(now), "en" if get_language() == "en" else "fr")
    if request.GET.get("format") == "csv":
        return _send_problems(report.problems, list_labels(report.problems, now=now, places=places))
    page = Paginator(report.problems, PER_PAGE).get_page(request.GET.get("page"))
    decided = draft.mapping.get("decisions", {}).values()
    labels = list_labels(page.object_list, now=now, places=places, more=decided)
    context = {
        "draft": draft,
        "decisions": _list_decisions(draft, labels),
        "counts": [(label, report.counts[key]) for key, label in COUNT_LABELS.items() if key in report.counts],
        "errors": report.counts["errors"],
        "mended": mended,
        "page": page,
        "problems": [_show_problem(problem, labels) for problem in page.object_list],
        "steps": _steps(),
        "trail": [(_("Verser un recensement"), reverse("import_list"))],
    }
    return render(request, "directory/import_check.html", context, status=400 if request.method == "POST" else 200)


def _start(request: HttpRequest, draft: ImportDraft) -> HttpResponse:
    """Enqueues the import once: whoever asks again, or at the same moment, reads where it is."""
    try:
        drafts.start_import(draft=draft, by=cast(User, request.user), now=timezone.now())
    except DirectoryError as error:
        if error.code != "draft-running":
            messages.error(request, explain_error(error))
            return redirect("import_columns", draft.token)
    else:
        import_draft.enqueue(draft.pk)
    return redirect("import_progress", draft.token)


@open_to(Audience.ADVISER)
@require_POST
def discard_import(request: HttpRequest, token: str) -> HttpResponse:
    """Throws away a file that will not be entered, with all that it says; nothing of it was in the facts."""
    draft = _get_draft(request, token)
    try:
        drafts.discard_draft(draft=draft, by=cast(User, request.user), now=timezone.now())
    except DirectoryError as error:
        messages.error(request, explain_error(error))
    else:
        messages.success(request, _("Ce versement est jeté : le fichier n’est plus gardé."))
    return redirect("import_list")


@open_to(Audience.ADVISER)
@require_POST
def decide_organisation(request: HttpRequest, token: str) -> HttpResponse:
    """Who a name of the file is, when several organisations bear it."""
    draft, form = _open_draft(request, token), DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez une organisation dans la liste."))
        return redirect("import_check", token)
    decision, choice = form.cleaned_data["decision"], form.cleaned_data["choice"]
    try:
        drafts.decide_organisation(
            draft=draft, decision=decision, choice=choice, by=cast(User, request.user), now=timezone.now()
        )
    except DirectoryError as error:
        messages.error(request, explain_error(error))
    return redirect("import_check", token)


def _list_decisions(draft: ImportDraft, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Who each name was said to be, to take it back."""
    return [
        {"key": key, "name": key.partition("|")[0], "choice": labels.get(chosen, "" if chosen == NEW else chosen)}
        for key, chosen in draft.mapping.get("decisions", {}).items()
    ]


def _show_problem(problem: Problem, labels: Mapping[str, str]) -> dict[str, Any]:
    """``choices``: whom a person may say that the name is, besides a new organisation."""
    named = problem.facts.get("organisations", ())
    return {
        "problem": problem,
        "sentence": explain_with_links(problem, labels=labels) if named else explain_problem(problem),
        "choices": [(key, labels.get(key, key)) for key in named],
    }


def _replace(draft: ImportDraft, form: UploadForm, *, by: User) -> None:
    """The mended file takes the place of the one before, and is checked with the same mapping."""
    file, now = form.cleaned_data["file"], timezone.now()
    drafts.replace_file(draft=draft, file_name=file.name, chunks=file.chunks(), by=by, now=now)
    drafts.save_mapping(draft=draft, content=draft.mapping, by=by, now=now)


def _preview(draft: ImportDraft) -> storage.Preview:
    mapping = parse_mapping(draft.mapping)
    kept = storage.read_preview(draft, mapping_checksum=mapping.checksum())
    return kept or drafts.preview_draft(draft=draft, mapping=mapping, now=timezone.now())


def _send_problems(problems: list[Problem], labels: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="problemes.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("ligne"), _("colonne"), _("valeur"), _("gravité"), _("quoi faire")])
    for problem in problems:
        said = explain_problem(problem, labels=labels)
        severity = _("erreur") if problem.severity == "error" else _("avertissement")
        cells = [str(problem.line), problem.column, problem.value, severity, said]
        # A cell that a spreadsheet would run as a formula is preceded by an apostrophe.
        writer.writerow([f"'{cell}" if cell.startswith(DANGEROUS) else cell for cell in cells])
    return response


@open_to(Audience.ADVISER)
@require_safe
def show_progress(request: HttpRequest, token: str) -> HttpResponse:
    draft = _get_draft(request, token)
    if draft.stage == ImportDraft.Stage.DONE and draft.source_id is not None:
        if request.headers.get("hx-request"):
            return HttpResponse(headers={"HX-Redirect": reverse("source", args=[draft.source_id])})
        messages.success(request, _("Le recensement est versé."))
        return redirect("source", draft.source_id)
    progress = storage.read_progress(token)
    step = STEPS[progress.what if progress and progress.what in STEPS else "waiting"]
    is_stalled = drafts.is_stalled(draft, now=timezone.now())
    context = {"draft": draft, "progress": progress, "step": step, "steps": _steps(), "is_stalled": is_stalled}
    part = "directory/import_state.html" if request.headers.get("hx-request") else "directory/import_progress.html"
    return render(request, part, context)
