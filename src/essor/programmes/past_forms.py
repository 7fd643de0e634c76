"""What each column of a spreadsheet of past files holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext

from essor.cases.wording import in_language
from essor.directory.forms import IGNORE, MappingForm, UploadForm
from essor.knowledge import load_latest_workflow
from essor.programmes.past_words import TARGETS
from essor.programmes.spreadsheets import PastMapping, list_targets


class PastUploadForm(UploadForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext("CSV, TSV, XLSX ou ODS ; une ligne par projet, 50 Mo au plus.")


class PastColumnsForm(MappingForm):
    """``words``: those of the column of outcomes that are none of the workflow's own."""

    def __init__(
        self, *args: Any, columns: Sequence[str], mapping: PastMapping, words: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._columns, self._mapping, self._words = columns, mapping, words
        choices, told = [(IGNORE, gettext("— ne sert pas —")), *_name_targets()], mapping.find_column("outcome")
        outcomes = [(one.code, in_language(one.label)) for one in load_latest_workflow("startup").outcomes]
        for place, column in enumerate(columns):
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=column, choices=choices, initial=mapping.columns.get(column) or IGNORE
            )
            if column == told:
                self._add_meanings(place, words, choices=outcomes, decided=mapping.outcomes)

    def read(self) -> PastMapping:
        """What was said of a word is kept when it is not asked again."""
        said, place = self.cleaned_data, self._place_outcomes()
        meant = {word: said.get(f"v{place}_{rank}", "") for rank, word in enumerate(self._words)}
        asked = {word: code for rank, (word, code) in enumerate(meant.items()) if f"v{place}_{rank}" in self.data}
        outcomes = {word: code for word, code in (dict(self._mapping.outcomes) | asked).items() if code}
        chosen = {column: said[f"c{number}"] for number, column in enumerate(self._columns)}
        return PastMapping({column: "" if held == IGNORE else held for column, held in chosen.items()}, outcomes)

    def _place_outcomes(self) -> int:
        told = self._mapping.find_column("outcome")
        return self._columns.index(told) if told in self._columns else -1


def _name_targets() -> list[tuple[str, str]]:
    stages = {stage.code: in_language(stage.label) for stage in load_latest_workflow("startup").stages}
    entered = gettext("Le jour d’entrée à l’étape « {stage} »")
    return [
        (target, str(TARGETS[target]) if target in TARGETS else entered.format(stage=stages[target]))
        for target in list_targets()
    ]
