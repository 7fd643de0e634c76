"""The application of a file, written by those who carry the project: an overview, one section at a time, a preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.permissions import Audience, open_to
from essor.cases.actions import THE_PROMOTER, By
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.queries import find_case_by_token
from essor.cases.rules import CaseError
from essor.cases.views.private import CASE_REFUSALS, Refusals, do_or, keep_private, posted_from, send_document
from essor.cases.wording import explain_error, in_language
from essor.knowledge.applications import FieldDefinition, SectionDefinition
from essor.programmes import actions, tasks
from essor.programmes.application_forms import FileForm, InviteForm, SectionForm, show_again, write_marks
from essor.programmes.application_pages import tell_application, tell_later, tell_reading
from essor.programmes.application_words import explain_conflict, write_time, write_value
from essor.programmes.models import CoApplicant
from essor.programmes.queries.applications import ApplicationFile, find_co_applicant, read_application_file
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

REFUSALS: Refusals = {ProgrammeError: explain, **CASE_REFUSALS}
PAGE = "case_follow_application"


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever opens an application by a link: of whom asked, or of a co-applicant."""

    token: str
    case: Case
    by: By

    @property
    def is_owner(self) -> bool:
        return self.by is THE_PROMOTER

    def lead_to(self, name: str = "", *details: Any) -> str:
        return reverse(f"{PAGE}{name}", args=[self.token, *details])


def _enter(token: str) -> Visit:
    case = find_case_by_token(token=token)
    if case is not None:
        return Visit(token, case, THE_PROMOTER)
    person = find_co_applicant(token)
    if person is None:
        raise Http404(_("Ce lien n’ouvre aucune demande. Vérifiez qu’il est recopié en entier."))
    return Visit(token, person.application.case, actions.Invited(person))


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def show(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, _enter(token))


def _show(request: HttpRequest, visit: Visit, sent: CaseForm | None = None) -> HttpResponse:
    file = read_application_file(visit.case)
    is_open = actions.is_open(file)
    context = {
        "case": visit.case,
        "file": file,
        "is_owner": visit.is_owner,
        "is_open": is_open,
        "back": reverse("case_follow_programme", args=[visit.token]) if visit.is_owner else "",
        "told": tell_application(file, lead_to=visit.lead_to),
        "later": tell_later(file),
        "start": visit.lead_to("_start"),
        "preview": visit.lead_to("_preview"),
        "invite": visit.lead_to("_invite"),
        "invite_form": (sent if isinstance(sent, InviteForm) else InviteForm()) if visit.is_owner and is_open else None,
        "is_refused": sent is not None,
        "refused": sent if sent is not None and not isinstance(sent, InviteForm) else None,
    }
    return render(request, "programmes/application.html", context, status=400 if sent else 200)


def _do(
    request: HttpRequest, visit: Visit, form: CaseForm, deed: Callable[[dict[str, Any]], object], done: str
) -> HttpResponse:
    return do_or(
        lambda: _show(request, visit, form), request, form, deed, done, address=visit.lead_to(), refusals=REFUSALS
    )


@open_to(Audience.PUBLIC)
@posted_from(PAGE)
@keep_private
def start(request: HttpRequest, token: str) -> HttpResponse:
    visit, now = _enter(token), timezone.now()

    def deed(_said: dict[str, Any]) -> None:
        actions.start_application(case=visit.case, by=visit.by, now=now)

    return _do(request, visit, CaseForm(request.POST), deed, _("La demande est commencée. Elle se garde à mesure."))


@open_to(Audience.PUBLIC)
@posted_from(PAGE)
@keep_private
def invite(request: HttpRequest, token: str) -> HttpResponse:
    visit, now = _enter(token), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.invite(case=visit.case, name=said["person"], email=said["email"], by=visit.by, now=now)
        tasks.send_invitations.enqueue()

    return _do(request, visit, InviteForm(request.POST), deed, _("L’invitation part par courriel."))


@open_to(Audience.PUBLIC)
@posted_from(PAGE)
@keep_private
def revoke(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    visit, now = _enter(token), timezone.now()
    person = CoApplicant.objects.filter(application=visit.case.pk, pk=pk).select_related("application__case").first()
    if person is None:
        raise Http404(_("Personne d’invité à cette demande ne porte ce numéro."))

    def deed(_said: dict[str, Any]) -> None:
        actions.revoke(person=person, by=visit.by, now=now)

    return _do(request, visit, CaseForm(request.POST), deed, _("Ce lien n’ouvre plus rien. Ce qui fut écrit reste."))


def _find_section(visit: Visit, code: str) -> tuple[ApplicationFile, SectionDefinition]:
    file = read_application_file(visit.case)
    section = file.form.find_section(code) if file.application is not None else None
    if section is None:
        raise Http404(_("Cette demande n’a pas de partie de ce nom."))
    return file, section


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def edit(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """One section; posted by htmx, it is saved by itself and only tells so."""
    visit = _enter(token)
    file, section = _find_section(visit, code)
    if request.method == "POST":
        return _save(request, visit, file, section)
    if not actions.is_open(file):
        return redirect(visit.lead_to("_preview"))
    return _show_section(request, visit, file, section, SectionForm(section=section, file=file))


def _save(request: HttpRequest, visit: Visit, file: ApplicationFile, section: SectionDefinition) -> HttpResponse:
    form, now = SectionForm(request.POST, section=section, file=file), timezone.now()
    is_draft, refused = request.headers.get("HX-Request") == "true", ""
    form.is_valid()
    saved = actions.Saved()
    try:
        saved = actions.save_answers(
            case=visit.case, answers=form.values, shown=form.shown, by=visit.by, now=now, is_draft=is_draft
        )
    except ProgrammeError as error:
        refused = explain(error)
    except CaseError as error:
        refused = explain_error(error)
    if is_draft:
        return _tell_saved(request, visit, form, saved, refused)
    if refused:
        form.add_error(None, refused)
        return _show_section(request, visit, file, section, form, status=409)
    if not form.errors and not saved.conflicts:
        return _go_on(request, visit, file, section)
    return _show_again(request, visit, section, form, saved)


def _go_on(request: HttpRequest, visit: Visit, file: ApplicationFile, section: SectionDefinition) -> HttpResponse:
    messages.success(request, _("« {section} » est enregistré.").format(section=in_language(section.label)))
    rest = file.form.sections[file.form.sections.index(section) + 1 :]
    address = visit.lead_to("_section", rest[0].code) if rest else visit.lead_to("_preview")
    return HttpResponseRedirect(f"{address}#contenu")


def _show_again(
    request: HttpRequest, visit: Visit, section: SectionDefinition, sent: SectionForm, saved: actions.Saved
) -> HttpResponse:
    """What was typed, beside what somebody else wrote meanwhile."""
    file = read_application_file(visit.case)
    form = show_again(sent, section, file, told=[one.field for one in saved.conflicts])
    for answer in saved.conflicts:
        form.add_error(answer.field, explain_conflict(form.asked[answer.field], answer, visit.case))
    return _show_section(request, visit, file, section, form, status=409 if saved.conflicts else 400)


def _tell_saved(
    request: HttpRequest, visit: Visit, form: SectionForm, saved: actions.Saved, refused: str
) -> HttpResponse:
    file = read_application_file(visit.case)
    unread = [in_language(form.asked[code].label) for code in form.errors if code in form.asked]
    context = {
        "marks": write_marks(form, file),
        "refused": refused,
        "time": write_time(timezone.now()),
        "unread": unread,
        "conflicts": [in_language(form.asked[one.field].label) for one in saved.conflicts],
    }
    return render(request, "programmes/application_saved.html", context)


def _show_section(
    request: HttpRequest,
    visit: Visit,
    file: ApplicationFile,
    section: SectionDefinition,
    form: SectionForm,
    status: int = 200,
    papers: FileForm | None = None,
) -> HttpResponse:
    form.say_optional()
    number = file.form.sections.index(section)
    before = file.form.sections[number - 1] if number else None
    context = {
        "case": visit.case,
        "section": section,
        "title": in_language(section.label),
        "labels": [in_language(one.label) for one in file.form.sections],
        "number": number + 1,
        "form": form,
        "address": visit.lead_to("_section", section.code),
        "files": [_tell_file(visit, file, one, papers) for one in section.fields if one.kind == "file"],
        "home": visit.lead_to(),
        "before": visit.lead_to("_section", before.code) if before else "",
        "preview": visit.lead_to("_preview"),
        "after": visit.lead_to("_section", file.form.sections[number + 1].code)
        if number + 1 < len(file.form.sections)
        else "",
    }
    return render(request, "programmes/application_section.html", context, status=status)


def _tell_file(visit: Visit, file: ApplicationFile, field: FieldDefinition, sent: FileForm | None) -> dict[str, Any]:
    answer = file.answers.get(field.code)
    value = answer.value if answer else None
    is_sent = sent is not None and sent.name == f"file_{field.code}"
    form = sent if sent is not None and is_sent else None
    form = form or FileForm(field=field, documents=actions.list_choices(file, visit.by), initial={"chosen": value})
    form.say_optional()
    return {
        "label": in_language(field.label),
        "help": in_language(field.help),
        "is_required": field.is_required,
        "name": write_value(field, value, file.documents) if value is not None else "",
        "open": visit.lead_to("_document", value) if value is not None else "",
        "address": visit.lead_to("_file", field.code),
        "form": form,
    }


@open_to(Audience.PUBLIC)
@posted_from(PAGE)
@keep_private
def attach(request: HttpRequest, token: str, code: str) -> HttpResponse:
    visit, now = _enter(token), timezone.now()
    file = read_application_file(visit.case)
    found = [
        (section, field)
        for section in (file.form.sections if file.application is not None else ())
        for field in section.fields
        if field.code == code and field.kind == "file"
    ]
    if not found:
        raise Http404(_("Cette demande ne demande pas de pièce de ce nom."))
    section, field = found[0]
    form = FileForm(request.POST, request.FILES, field=field, documents=actions.list_choices(file, visit.by))

    def deed(said: dict[str, Any]) -> None:
        if sent := said["file"]:
            actions.attach_file(
                case=visit.case, field=field, name=sent.name, chunks=sent.chunks(), by=visit.by, now=now
            )
        else:
            chosen = int(said["chosen"]) if said["chosen"] else None
            actions.choose_file(case=visit.case, field=field, document=chosen, by=visit.by, now=now)

    def show_refused() -> HttpResponse:
        return _show_section(request, visit, file, section, SectionForm(section=section, file=file), 400, form)

    address = visit.lead_to("_section", section.code)
    return do_or(show_refused, request, form, deed, _("La pièce est à jour."), address=address, refusals=REFUSALS)


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def download(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:  # noqa: ARG001  Django gives it
    """A co-applicant opens the papers of the application, and no other document of the file."""
    file = read_application_file(_enter(token).case)
    if pk not in file.list_papers():
        raise Http404(_("Ce document n’est pas de cette demande."))
    return send_document(file.documents[pk])


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def preview(request: HttpRequest, token: str) -> HttpResponse:
    return _preview(request, _enter(token))


def _preview(request: HttpRequest, visit: Visit, sent: CaseForm | None = None) -> HttpResponse:
    file = read_application_file(visit.case)
    if file.application is None:
        return redirect(visit.lead_to())
    is_open = actions.is_open(file)
    context = {
        "case": visit.case,
        "trail": [(_("La demande de financement"), visit.lead_to())],
        "title": _("La demande, telle qu’elle serait lue"),
        "lede": "",
        "reading": tell_reading(
            file,
            open_document=lambda pk: visit.lead_to("_document", pk),
            edit=(lambda code: visit.lead_to("_section", code)) if is_open else None,
        ),
        "later": tell_later(file),
        "deposits": [],
        "deposit": visit.lead_to("_deposit") if is_open and visit.is_owner else "",
        "is_theirs": is_open and not visit.is_owner,
        "sent": sent,
    }
    return render(request, "programmes/application_reading.html", context, status=400 if sent else 200)


@open_to(Audience.PUBLIC)
@posted_from(PAGE)
@keep_private
def deposit(request: HttpRequest, token: str) -> HttpResponse:
    visit, now, form = _enter(token), timezone.now(), CaseForm(request.POST)

    def deed(_said: dict[str, Any]) -> None:
        actions.deposit_application(case=visit.case, by=visit.by, now=now)

    return do_or(
        lambda: _preview(request, visit, form), request, form, deed,
        _("Votre demande est déposée. Ce qui est déposé ne se change plus."), address=visit.lead_to(),
        refusals=REFUSALS,
    )  # fmt: skip
