"""The folder of aids, as it hangs on a case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.aid.actions import erase_folder
from essor.aid.queries.folder import export_folder, read_folder
from essor.aid.wording import describe_step, summarise_folder
from essor.cases.hanging import Hanging
from essor.cases.models import Case, CaseEvent


def _summarise(case: Case) -> str:
    return summarise_folder([line.last.code for line in read_folder(case=case)])


FOLDER = Hanging(
    code=CaseEvent.Kind.AID,
    title=_("Les aides du projet"),
    promoter_page="case_follow_aids",
    adviser_page="case_aids",
    overview=_("Le parcours des aides"),
    overview_page="aid_funnel",
    summarise=_summarise,
    describe=describe_step,
    export=export_folder,
    erase=erase_folder,
)
