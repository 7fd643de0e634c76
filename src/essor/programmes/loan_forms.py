"""The forms of a loan: what was agreed, a payment received."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.methods.loans import MOST_MONTHS
from essor.programmes.actions import NewTerms
from essor.programmes.following_forms import NumberField
from essor.programmes.rules import CENTS

MOST = 10**8
LONGEST_WORDS = 400


class MoneyField(NumberField):
    """Dollars and cents as people write them: « 1 023,06 $ », “$1,023.06”."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        plain = re.sub(r"[\s$]", "", value) if isinstance(value, str) else value
        if isinstance(plain, str) and "." in plain:
            plain = plain.replace(",", "")
        return super().to_python(plain)


class TermsForm(CaseForm):
    name = "terms"

    rate = NumberField(
        label=_("Taux par année, en %"), min_value=0, max_value=100, max_digits=6, decimal_places=3,
        widget=forms.TextInput({"inputmode": "decimal"}), help_text=_("0 pour un prêt sans intérêt."),
    )  # fmt: skip
    months = forms.IntegerField(
        label=_("En combien de paiements"), min_value=1, max_value=MOST_MONTHS,
        widget=forms.TextInput({"inputmode": "numeric"}), help_text=_("Un par mois, le moratoire compris."),
    )  # fmt: skip
    moratorium = forms.IntegerField(
        label=_("Dont, en moratoire de capital"), min_value=0, max_value=MOST_MONTHS - 1, required=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=_("Les premiers mois, où seul l’intérêt est dû. Vide : aucun."),
    )  # fmt: skip
    first_due_on = forms.DateField(label=_("Premier paiement le"), widget=day_input())
    agreed_on = forms.DateField(label=_("Convenu par écrit le"), widget=day_input())
    words = forms.CharField(
        label=_("Où est cet écrit, et qui l’a signé"), max_length=LONGEST_WORDS, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"agreed_on": today})
        super().__init__(*args, **kwargs)

    def read(self) -> NewTerms:
        said = self.cleaned_data
        return NewTerms(said["rate"], said["months"], said["first_due_on"], said["agreed_on"], said["moratorium"] or 0)


class ReceiveForm(CaseForm):
    name = "receive"

    amount = MoneyField(
        label=_("Combien, en dollars et cents"), min_value=Decimal("0.01"), max_value=MOST, max_digits=11,
        decimal_places=2, widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    received_on = forms.DateField(label=_("Reçu le"), widget=day_input())
    words = forms.CharField(
        label=_("En quelques mots"), max_length=LONGEST_WORDS, required=False,
        help_text=_("Virement, chèque…"),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"received_on": today})
        super().__init__(*args, **kwargs)

    def read_cents(self) -> int:
        return int(self.cleaned_data["amount"] * CENTS)


class TakeBackForm(CaseForm):
    """``receipts``: number and words of the payments that may be taken back."""

    name = "take_back"

    receipt = forms.TypedChoiceField(label=_("Quel paiement"), coerce=int)
    words = forms.CharField(
        label=_("Pourquoi ce paiement ne compte plus"), max_length=LONGEST_WORDS, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, receipts: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receipt"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(receipts)
