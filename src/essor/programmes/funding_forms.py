"""The forms of a funding stack: what the project costs, a share, its next state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.cases.forms import CaseForm
from essor.methods.funding import ENDS, NEXT
from essor.programmes.forms import MOST
from essor.programmes.funding_words import INSTRUMENTS, STATUSES
from essor.programmes.queries.funding import BY_HAND, ShareLine
from essor.programmes.rules import CENTS, NewShare

PUBLIC = {"yes": True, "no": False}
LONGEST_WORDS = 400


def _label(codes: Sequence[str], words: Any) -> list[tuple[str, str]]:
    return [(code, capfirst(str(words[code]))) for code in codes]


class CostForm(CaseForm):
    name = "cost"

    dollars = DollarsField(
        label=_("Ce que le projet coûte en argent, en dollars"),
        min_value=1,
        max_value=MOST,
        help_text=_("Tout ce qu’il faudra payer pour ouvrir. Ce qui est donné en nature n’en est pas."),
    )


class ShareForm(CaseForm):
    """``aids``: those of the catalogue, by slug and name."""

    name = "share"

    instrument = forms.ChoiceField(label=_("Sous quelle forme"))
    aid = forms.ChoiceField(
        label=_("Par quelle aide du catalogue"),
        required=False,
        help_text=_("Ses plafonds se vérifient alors tout seuls."),
    )
    funder = forms.CharField(
        label=_("Ou de quel organisme"),
        max_length=200,
        required=False,
        help_text=_(
            "Un organisme, jamais une personne : « dons du public », par exemple. Vide pour la mise de fonds du groupe."
        ),
    )
    public = forms.ChoiceField(label=_("Est-ce de l’argent public ?"), required=False)
    dollars = DollarsField(label=_("Combien, en dollars"), min_value=1, max_value=MOST)
    status = forms.ChoiceField(label=_("Où en est la somme"))
    is_other = forms.BooleanField(
        label=_("C’est un autre argent que celui qui est déjà inscrit"),
        required=False,
        help_text=_("Seulement si le même organisme donne deux fois sous la même forme."),
    )
    words = forms.CharField(
        label=_("En quelques mots"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, aids: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "instrument": [("", gettext("— choisissez —")), *_label(BY_HAND, INSTRUMENTS)],
            "aid": [("", gettext("aucune, ou elle n’y est pas")), *aids],
            "public": [("", gettext("je ne sais pas")), ("yes", gettext("oui")), ("no", gettext("non"))],
            "status": [("", gettext("— choisissez —")), *_label(NEXT[""], STATUSES)],
        }
        for name, found in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = found

    def read(self) -> NewShare:
        said = self.cleaned_data
        return NewShare(
            said["instrument"], said["dollars"] * CENTS, said["status"], said["funder"], said["aid"],
            PUBLIC.get(said["public"]), said["is_other"],
        )  # fmt: skip


class MoveForm(CaseForm):
    """What may follow the state of a share."""

    status = forms.ChoiceField(label=_("Cette somme est maintenant"))
    dollars = DollarsField(
        label=_("Combien, en dollars"),
        min_value=1,
        max_value=MOST,
        required=False,
        help_text=_("Vide : tout ce qui est inscrit. Un versement peut n’en être qu’une partie."),
    )
    words = forms.CharField(
        label=_("En quelques mots"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, line: ShareLine, **kwargs: Any) -> None:
        self.name = f"move_{line.share.id}"
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        if isinstance(field, forms.ChoiceField):
            field.choices = _label(line.moves, STATUSES)
        if set(line.moves) <= set(ENDS):
            del self.fields["dollars"]

    def read_cents(self) -> int | None:
        dollars = self.cleaned_data.get("dollars")
        return None if dollars is None else dollars * CENTS
