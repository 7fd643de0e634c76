from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from essor.aid.frames import READABLE, Frame, list_weak
from essor.cases.forms import CaseForm
from essor.design.colours import COLOUR
from essor.design.wording import write_decimal

TOO_WEAK = gettext_noop(
    "On lirait mal cette couleur sur ce fond : contraste de {ratio}, il en faut {least}. Foncez l’une, "
    "éclaircissez l’autre."
)


class ColourField(forms.CharField):
    widget = forms.TextInput({"type": "color"})

    def clean(self, value: Any) -> str:
        colour = str(super().clean(value)).lower()
        if not COLOUR.fullmatch(colour):
            raise forms.ValidationError(gettext("Écrivez une couleur ainsi : #0f5c63."))
        return colour


class FrameForm(CaseForm):
    """What a partner chooses. ``place``: the place to start from, if any."""

    name = "frame"

    accent = ColourField(label=_("Liens et boutons"))
    ink = ColourField(label=_("Texte"))
    paper = ColourField(label=_("Fond"))
    language = forms.ChoiceField(label=_("Langue"), choices=[("fr", _("français")), ("en", _("anglais"))])
    place = forms.CharField(
        label=_("Partir d’un lieu"),
        max_length=100,
        required=False,
        help_text=_("Le nom d’une municipalité ou d’une MRC ; vide : on le demande."),
    )

    def read_frame(self) -> Frame:
        return Frame(*(self.cleaned_data[name] for name in ("accent", "ink", "paper")))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if all(name in said for name in ("accent", "ink", "paper")):
            for weak in list_weak(self.read_frame()):
                ratio, least = write_decimal(weak.ratio, 1), write_decimal(READABLE, 1)
                self.add_error(weak.part, gettext(TOO_WEAK).format(ratio=ratio, least=least))
        return said
