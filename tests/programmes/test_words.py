"""Words that French writes alike and English does not."""

from __future__ import annotations

from datetime import date

from django.utils.translation import override

from essor.cases.models import Case
from essor.programmes.drawings import build_owed_table
from essor.programmes.funding_words import STATUSES
from essor.programmes.queries.following import Followed


def test_what_is_paid_was_not_entered_and_a_project_is_no_draft() -> None:
    case = Case(pk=1, reference="ABCD-1234", promoter_name="Café")
    followed = [Followed(case, date(2019, 1, 1))]
    with override("en"):
        table = build_owed_table(followed, on=date(2020, 6, 1))
        assert table is not None
        assert (str(STATUSES["paid"]), [column.label for column in table.columns][1]) == ("paid", "Project")
    with override("fr"):
        table = build_owed_table(followed, on=date(2020, 6, 1))
        assert table is not None
        assert (str(STATUSES["paid"]), [column.label for column in table.columns][1]) == ("versé", "Projet")
