"""The programme, as it hangs on a case."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.cases.hanging import Call, Hanging
from essor.cases.models import Case, CaseEvent
from essor.programmes.actions.applications import erase_application
from essor.programmes.models import AgreementDocument, FundingShare, Interest, Offer, PaymentRequest, SittingItem
from essor.programmes.queries.applications import export_application, read_application_file
from essor.programmes.queries.files import export_file, read_file
from essor.programmes.queries.following import export_news
from essor.programmes.queries.funding import export_funding, read_funding
from essor.programmes.queries.loans import export_loans
from essor.programmes.queries.sittings import leave_out_conflicts
from essor.programmes.wording import describe_deed, summarise_file

ERASED = "—"
"""A share is always of someone: who it was is no longer said."""


def _summarise(case: Case) -> str:
    return summarise_file(read_file(case), on=timezone.localdate())


def _call(case: Case) -> Call | None:
    """Of several offers, the one that ends first."""
    on = timezone.localdate()
    if case.closed_at is not None:
        return None
    days = [line.offer.expires_on for line in read_file(case).offers if line.awaits_answer(on)]
    if not days:
        return None
    return Call(gettext("À vous : répondez à l’offre."), gettext("Lire l’offre et répondre"), min(days))


def _erase(case: Case) -> int:
    """What may tell of someone: why a committee decided, under which conditions, what a member has to do with the file,
    why a payment is asked, who was typed as a funder, what was applied for and with whom. Amounts and days stay; what
    else was said is in the timeline, blanked with the rest."""
    return (
        SittingItem.objects.filter(case=case).exclude(result="").update(reasons="", conditions=[])
        + Offer.objects.filter(case=case).erase(conditions=[])
        + Interest.objects.filter(case=case).erase(words="")
        + FundingShare.objects.filter(case=case, aid="").exclude(funder__in=["", ERASED]).erase(funder=ERASED)
        + PaymentRequest.objects.filter(offer__case=case).exclude(words="").update(words="")
        + erase_application(case)
    )


def _export(case: Case) -> Any:
    funding = read_funding(case)
    said = export_file(funding.file)
    if said is None:
        return None
    return {
        **said,
        "application": export_application(read_application_file(case)),
        "funding": export_funding(funding),
        "loans": export_loans(case, on=timezone.localdate()),
        "news": export_news(case),
    }


def _list_kept() -> set[str]:
    return set(AgreementDocument.objects.values_list("sha256", flat=True))


PROGRAMME = Hanging(
    code=CaseEvent.Kind.PROGRAMME,
    title=_("Le programme"),
    promoter_page="case_follow_programme",
    adviser_page="case_programme",
    overview=_("Le bureau des programmes"),
    overview_page="programme_desk",
    summarise=_summarise,
    describe=describe_deed,
    export=_export,
    erase=_erase,
    list_kept=_list_kept,
    leave_out=lambda cases, person, on: leave_out_conflicts(cases, person, on=on),
    call=_call,
)
