"""The agreements of a programme, for advisers and administrators: what was promised, what is owed, what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.cases.forms import CaseForm, DocumentForm
from essor.cases.queries import list_visible_cases
from essor.cases.views.private import do_or, keep_private, language_of_page, send_document
from essor.programmes import actions
from essor.programmes.agreement_forms import ClaimForm, ContactForm, MistakeForm, ReportForm, name_report
from essor.programmes.agreement_pictures import (
    build_agreements_table,
    build_credit_table,
    build_reports_table,
    list_clauses,
    say_check,
    say_letter,
    say_owed,
    say_report,
)
from essor.programmes.models import Agreement
from essor.programmes.pictures import build_envelopes_table
from essor.programmes.queries import agreements as queries
from essor.programmes.queries.credit import read_credit
from essor.programmes.reporting import ENDS, list_nearest
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.asking import find_programme, read_day
from essor.programmes.views.sides import REFUSALS
from essor.territories.queries import get_name

Deed = Callable[[dict[str, Any]], object]
deed_of_a_page = require_http_methods(["GET", "HEAD", "POST"])


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def list_all(request: HttpRequest, slug: str) -> HttpResponse:
    programme, on, language = find_programme(slug), read_day(request), language_of_page()
    found = queries.list_readable(programme, user=_person(request), on=timezone.localdate())
    lines, credit = queries.list_lines(programme, found, on=on), read_credit(programme, on=on)
    context = {
        "programme": getattr(programme, f"name_{language}"),
        "address": reverse("programme", args=[slug]),
        "on": on,
        "agreements": build_agreements_table(lines, language=language) if lines else None,
        "credit": build_credit_table(credit, rule=programme.credit_rule) if credit.counted else None,
    }
    return render(request, "programmes/agreements.html", context)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    return _show(request, _find(request, slug, code))


def _show(request: HttpRequest, agreement: Agreement, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    on, language, programme = read_day(request), language_of_page(), agreement.programme
    page, credit = queries.read_agreement(agreement, on=on), read_credit(programme, on=on)
    reports, nearest = page.line.reports, list_nearest(page.line.reports)
    later = [one for one in reports if one not in nearest]
    context = {
        "agreement": agreement,
        "programme": getattr(programme, f"name_{language}"),
        "trail": [
            (getattr(programme, f"name_{language}"), reverse("programme", args=[programme.slug])),
            (_("Les ententes"), reverse("agreements", args=[programme.slug])),
        ],
        "on": on,
        "line": page.line,
        "ends_soon": page.line.days_left is not None and page.line.days_left <= max(ENDS),
        "late": any(one.state == "late" for one in reports),
        "owed": say_owed(page.line),
        "place": get_name(agreement.territory_code, on, language) if agreement.territory_code else "",
        "target": getattr(agreement.target, f"name_{language}"),
        "clauses": list_clauses(agreement.read_clauses()),
        "check": say_check(page.line.check, together=page.together),
        "envelope": build_envelopes_table({agreement: page.line.envelope}),
        "claimed": credit.claimed.get(agreement.partner, 0),
        "credited": credit.shares.get(agreement.partner, 0),
        "reports": build_reports_table(page, nearest, _("Ce que l’entente demande, et quand"), language=language),
        "later": build_reports_table(page, later, _("Ce qui viendra ensuite"), language=language),
        "page": page,
        "letters": [(one, say_letter(one, reports, language=language)) for one in page.letters],
        "forms": _make_forms(page, sent, may_keep=may(_person(request), queries.KEEP, agreement.territory_code)),
        "sent": sent.name if sent else "",
    }
    return render(request, "programmes/agreement.html", context, status=400 if sent else 200)


def _make_forms(page: queries.AgreementPage, sent: CaseForm | None, *, may_keep: bool) -> dict[str, CaseForm | None]:
    """``sent`` takes the place of its own; none is offered to whoever only reads, nor without something to choose."""
    if not may_keep:
        return dict.fromkeys(("claim", "contact", "document", "report", "mistake"))
    owed, came = (_name_reports(page, is_done=is_done) for is_done in (False, True))
    documents = _name_documents(page)
    forms: dict[str, CaseForm | None] = {
        "claim": ClaimForm(),
        "contact": ContactForm(initial={"email": page.line.agreement.contact_email}),
        "document": DocumentForm(),
        "report": ReportForm(reports=owed, documents=documents, today=timezone.localdate()) if owed else None,
        "mistake": MistakeForm(reports=came) if came else None,
    }
    return forms | ({sent.name: sent} if sent else {})


def _name_reports(page: queries.AgreementPage, *, is_done: bool) -> list[tuple[str, str]]:
    reports = [one for one in page.line.reports if (one.state == "done") == is_done]
    return [(name_report(one.key), say_report(one, language=language_of_page())) for one in reports]


def _name_documents(page: queries.AgreementPage) -> list[tuple[int, str]]:
    return [(one.pk, str(one)) for one in page.documents]


@open_to(Audience.ADVISER)
@deed_of_a_page
@keep_private
def record(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    agreement = _find(request, slug, code)
    page = queries.read_agreement(agreement, on=timezone.localdate())
    form = ReportForm(
        request.POST, reports=_name_reports(page, is_done=False), documents=_name_documents(page),
        today=timezone.localdate(),
    )  # fmt: skip

    def deed(said: dict[str, Any]) -> None:
        clause, about_on = said["report"]
        document = next((one for one in page.documents if one.pk == said["document"]), None)
        actions.record_report(
            agreement=agreement, code=clause, about_on=about_on, rendered_on=said["rendered_on"], words=said["words"],
            document=document, by=_person(request), now=timezone.now(),
        )  # fmt: skip

    return _do(request, agreement, form, deed, _("Le rapport est inscrit comme reçu."))


@open_to(Audience.ADVISER)
@deed_of_a_page
@keep_private
def withdraw(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    agreement = _find(request, slug, code)
    page = queries.read_agreement(agreement, on=timezone.localdate())

    def deed(said: dict[str, Any]) -> None:
        clause, about_on = said["report"]
        actions.withdraw_report(
            agreement=agreement, code=clause, about_on=about_on, words=said["words"], by=_person(request),
            now=timezone.now(),
        )  # fmt: skip

    form = MistakeForm(request.POST, reports=_name_reports(page, is_done=True))
    return _do(request, agreement, form, deed, _("Ce rapport est de nouveau attendu ; l’erreur reste écrite."))


@open_to(Audience.ADVISER)
@deed_of_a_page
@keep_private
def deposit(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    agreement = _find(request, slug, code)

    def deed(said: dict[str, Any]) -> None:
        file, by = said["file"], _person(request)
        actions.deposit_document(agreement=agreement, name=file.name, chunks=file.chunks(), by=by, now=timezone.now())

    return _do(request, agreement, DocumentForm(request.POST, request.FILES), deed, _("Le document est déposé."))


@open_to(Audience.ADVISER)
@deed_of_a_page
@keep_private
def claim(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    agreement, by = _find(request, slug, code), _person(request)

    def deed(said: dict[str, Any]) -> None:
        case = list_visible_cases(user=by, on=timezone.localdate()).filter(reference__iexact=said["reference"]).first()
        if case is None:
            raise ProgrammeError("claim-unknown")
        actions.claim_startup(agreement=agreement, case=case, claims=said["claims"], by=by, now=timezone.now())

    return _do(request, agreement, ClaimForm(request.POST), deed, _("C’est inscrit, ici et au dossier."))


@open_to(Audience.ADVISER)
@deed_of_a_page
@keep_private
def contact(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    agreement = _find(request, slug, code)

    def deed(said: dict[str, Any]) -> None:
        actions.set_contact(agreement=agreement, email=said["email"], by=_person(request), now=timezone.now())

    return _do(request, agreement, ContactForm(request.POST), deed, _("L’adresse du partenaire est changée."))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def download(request: HttpRequest, slug: str, code: str, pk: int) -> HttpResponseBase:
    document = queries.find_document(_find(request, slug, code), pk)
    if document is None:
        raise Http404(_("Ce document n’est pas de cette entente."))
    return send_document(document)


def _do(request: HttpRequest, agreement: Agreement, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    """A deed is posted; its address read, after a refusal, leads to its page."""
    address = reverse("agreement", args=[agreement.programme.slug, agreement.code])
    if request.method != "POST":
        return redirect(address)
    return do_or(lambda: _show(request, agreement, form), request, form, deed, done, address=address, refusals=REFUSALS)


def _find(request: HttpRequest, slug: str, code: str) -> Agreement:
    """One that the person may read; another is not found."""
    readable = queries.list_readable(find_programme(slug), user=_person(request), on=timezone.localdate())
    found = next((one for one in readable if one.code == code), None)
    if found is None:
        raise Http404(_("Aucune entente de ce programme ne porte ce nom."))
    return found


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
