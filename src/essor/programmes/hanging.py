"""The programme, as it hangs on a case."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.cases.hanging import Hanging
from essor.cases.models import Case, CaseEvent
from essor.programmes.models import Interest, Offer, PaymentRequest, SittingItem
from essor.programmes.queries.files import export_file, read_file
from essor.programmes.queries.following import export_news
from essor.programmes.queries.funding import export_funding, read_funding
from essor.programmes.wording import describe_deed, summarise_file


def _summarise(case: Case) -> str:
    return summarise_file(read_file(case), on=timezone.localdate())


def _call(case: Case) -> tuple[str, str] | None:
    on = timezone.localdate()
    if case.closed_at is None and any(line.awaits_answer(on) for line in read_file(case).offers):
        return gettext("À vous : répondez à l’offre."), gettext("Lire l’offre et répondre")
    return None


def _erase(case: Case) -> int:
    """What may tell of someone: why a committee decided, under which conditions, what a member has to do with the file,
    why a payment is asked. Amounts and days stay; what else was said is in the timeline, blanked with the rest."""
    return (
        SittingItem.objects.filter(case=case).exclude(result="").update(reasons="", conditions=[])
        + Offer.objects.filter(case=case).erase(conditions=[])
        + Interest.objects.filter(case=case).erase(words="")
        + PaymentRequest.objects.filter(offer__case=case).exclude(words="").update(words="")
    )


def _export(case: Case) -> Any:
    funding = read_funding(case)
    said = export_file(funding.file)
    return None if said is None else {**said, "funding": export_funding(funding), "news": export_news(case)}


PROGRAMME = Hanging(
    code=CaseEvent.Kind.PROGRAMME,
    title=_("Le programme"),
    promoter_page="case_follow_programme",
    adviser_page="case_programme",
    overview=_("Les programmes"),
    overview_page="programmes",
    summarise=_summarise,
    describe=describe_deed,
    export=_export,
    erase=_erase,
    call=_call,
)
