"""The programme, as it hangs on a case."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from essor.cases.hanging import Hanging
from essor.cases.models import Case, CaseEvent
from essor.programmes.models import SittingItem
from essor.programmes.queries.files import export_file, read_file
from essor.programmes.queries.following import export_news
from essor.programmes.wording import describe_deed, summarise_file


def _summarise(case: Case) -> str:
    return summarise_file(read_file(case))


def _erase(case: Case) -> int:
    """Why a committee decided may tell of someone. What is kept of an offer names nobody: what was said of it is in the
    timeline, which is blanked with the rest."""
    return SittingItem.objects.filter(case=case).exclude(reasons="").update(reasons="")


def _export(case: Case) -> Any:
    exported = export_file(read_file(case))
    return None if exported is None else exported | {"news": export_news(case)}


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
)
