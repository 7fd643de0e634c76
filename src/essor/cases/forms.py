from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import User
from essor.cases.actions import NewRequest
from essor.cases.actions.opening import LONGEST_WORDS
from essor.cases.models import Case
from essor.cases.profiles import read_profile
from essor.cases.routing import Adviser
from essor.cases.rules import CaseError, list_outcomes
from essor.cases.wording import explain_error, in_language, write_retention
from essor.design.forms import FormRenderer, day_input
from essor.design.wording import write_day
from essor.knowledge import WorkflowDefinition, load_needs, load_retention, load_workflows, usual_retention
from essor.knowledge.workflows import MoveDefinition

ERASURE_LABELS: dict[str, Any] = {
    "asked": _("la personne l’a demandé"),
    "kept_long_enough": _("le temps de garde est passé"),
    "opened_by_mistake": _("le dossier a été ouvert par erreur"),
}


class CaseForm(forms.Form):
    """Several stand on one page: each has identifiers of its own."""

    default_renderer = FormRenderer
    name = "form"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.name}_%s")
        super().__init__(*args, **kwargs)


class OpeningForm(CaseForm):
    name = "opening"

    need = forms.ChoiceField(label=_("Que cherchez-vous ?"))
    place = forms.CharField(
        label=_("Dans quelle municipalité ?"),
        max_length=100,
        widget=forms.TextInput({"list": "lieux", "autocomplete": "address-level2"}),
        help_text=_("Son nom suffit : c’est ce qui dit qui peut vous aider."),
    )
    words = forms.CharField(
        label=_("En quelques mots"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Votre idée, où vous en êtes, ce qui vous arrête. Rien de plus n’est nécessaire."),
    )
    person = forms.CharField(label=_("Votre nom"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.CharField(
        label=_("Courriel"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("Un lien y est envoyé pour suivre votre demande. Courriel ou téléphone : l’un des deux suffit."),
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    has_consented = forms.BooleanField(
        label=_("J’accepte que ces renseignements servent à répondre à ma demande"),
        help_text=_(
            "Seules les personnes qui conseillent votre territoire et celles qui administrent la plateforme les "
            "lisent. Ils ne servent à rien d’autre ; vous pouvez les faire effacer une fois la demande close."
        ),
    )
    profile = forms.CharField(required=False, widget=forms.HiddenInput())
    opening_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        field = self.fields["need"]
        if isinstance(field, forms.ChoiceField):
            needs = [(need.code, need.get_label(language)) for need in load_needs().values()]
            field.choices = [("", gettext("— choisissez —")), *needs]
        self.fields["opening_key"].initial = secrets.token_hex(16)

    def clean(self) -> dict[str, Any]:
        """Told with the other faults, not after them."""
        said: dict[str, Any] = super().clean() or {}
        if not said.get("email") and not any(sign.isdigit() for sign in said.get("phone") or ""):
            self.add_error("email", explain_error(CaseError("contact_missing")))
        return said

    def read_request(self, *, territory_code: str, language: str) -> NewRequest:
        said = self.cleaned_data
        carried = read_profile(said["profile"])
        return NewRequest(
            need=said["need"],
            territory_code=territory_code,
            words=said["words"],
            name=said["person"],
            email=said["email"],
            phone=said["phone"],
            language=language,
            has_consented=said["has_consented"],
            profile=carried.words if carried else None,
            profile_values=carried.values if carried else None,
            opening_key=said["opening_key"] or None,
        )


class MessageForm(CaseForm):
    name = "message"

    text = forms.CharField(label=_("Votre message"), widget=forms.Textarea({"rows": 4}))


class DocumentForm(CaseForm):
    name = "document"

    file = forms.FileField(
        label=_("Le fichier"),
        help_text=_(
            "PDF, image, texte, chiffrier ou présentation ; 10 Mo au plus. Le même nom fait une autre version."
        ),
    )


class LabelledDocumentForm(DocumentForm):
    """An adviser also says how long it is kept."""

    retention = forms.ChoiceField(label=_("Combien de temps le garder"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["retention"]
        if isinstance(field, forms.ChoiceField):
            labels = load_retention().values()
            field.choices = [
                (one.code, f"{capfirst(in_language(one.label))}, {write_retention(one)}") for one in labels
            ]
            field.initial = usual_retention()


class NoteForm(CaseForm):
    name = "note"

    text = forms.CharField(
        label=_("Note de suivi"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Pour l’équipe seulement : la personne ne la lit pas."),
    )
    minutes = forms.IntegerField(label=_("Temps passé, en minutes"), required=False, min_value=0)
    has_talked = forms.BooleanField(
        label=_("J’ai parlé à la personne"),
        required=False,
        help_text=_("Le premier contact est fait, ou votre délai repart."),
    )


class AskForm(CaseForm):
    name = "ask"

    words = forms.CharField(
        label=_("Ce que vous demandez à la personne"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Votre délai s’arrête jusqu’à sa réponse ; elle est prévenue si elle a donné un courriel."),
    )


class MoveForm(CaseForm):
    """``moves``: those that may be made by hand from where the file is."""

    name = "move"

    move = forms.ChoiceField(label=_("Étape suivante"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Pourquoi, en quelques mots"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Nécessaire pour une pause et pour une décision."),
    )

    def __init__(self, *args: Any, moves: Sequence[MoveDefinition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["move"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(move.code, in_language(move.label)) for move in moves]
        asking = next((move for move in moves if move.asks_day), None)
        if asking is not None and asking.asks_day is not None:
            told = gettext("Nécessaire pour « {move} » : aujourd’hui ou un jour passé.")
            self.fields["day"] = forms.DateField(
                label=in_language(asking.asks_day), required=False, widget=day_input(),
                help_text=told.format(move=in_language(asking.label)),
            )  # fmt: skip


class TaskForm(CaseForm):
    name = "task"

    label = forms.CharField(label=_("Prochaine chose à faire"), max_length=200)
    due_on = forms.DateField(label=_("Pour le"), required=False, widget=day_input())


class AssignmentForm(CaseForm):
    """``seen``: who was in charge when the form was shown."""

    name = "assignment"

    person = forms.ChoiceField(label=_("À qui"))
    words = forms.CharField(label=_("Un mot pour la suite"), max_length=500, required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, advisers: list[Adviser], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (
                    str(one.user.pk),
                    gettext("{person} (dossiers ouverts : {n})").format(person=one.user, n=one.open_files),
                )
                for one in advisers
            ]


class HandOverForm(CaseForm):
    """All of them are chosen until one is left out. ``closed``: the numbers of the files of which whoever hands over
    may read nothing more than their place and stage."""

    name = "hand_over"

    receiver = forms.ChoiceField(label=_("À qui"))
    cases = forms.TypedMultipleChoiceField(label=_("Quels dossiers"), coerce=int, widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(label=_("Un mot pour la suite"), max_length=500, required=False)

    def __init__(
        self,
        *args: Any,
        cases: Sequence[Case],
        receivers: Sequence[tuple[User, int]],
        places: Mapping[str, str],
        closed: Collection[int] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"cases": [case.pk for case in cases]})
        super().__init__(*args, **kwargs)
        said = gettext("{person} (dossiers ouverts : {n})")
        self.fields["receiver"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", gettext("— choisissez —")),
            *((str(one.pk), said.format(person=one, n=n)) for one, n in receivers),
        ]
        self.fields["cases"].choices = [  # type: ignore[attr-defined]  # a choice field
            (case.pk, self._describe(case, places, is_closed=case.pk in closed)) for case in cases
        ]

    @staticmethod
    def _describe(case: Case, places: Mapping[str, str], *, is_closed: bool) -> str:
        stage = load_workflows()[case.workflow, case.workflow_version].get_stage(case.stage)
        place = places.get(case.territory_code, case.territory_code)
        said = [case.reference, place, in_language(stage.label)]
        if not is_closed:
            said.insert(1, gettext("effacé") if case.erased_at else case.promoter_name)
            said.append(gettext("pour le {day}").format(day=write_day(case.due_on)) if case.due_on else "")
        return " · ".join(one for one in said if one)


class ClosingForm(CaseForm):
    """The outcomes that this side may give, and the words that each asks."""

    name = "closing"

    outcome = forms.ChoiceField(label=_("L’issue"))
    words = forms.CharField(label=_("L’issue en mots"), widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, workflow: WorkflowDefinition, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes, field = list_outcomes(workflow, by=by), self.fields["outcome"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext("— choisissez —")), *((one.code, in_language(one.label)) for one in outcomes)]
        asked = [f"{in_language(one.label)} : {in_language(one.asks).lower()}." for one in outcomes]
        self.fields["words"].help_text = " ".join([gettext("La personne lira ces mots."), *asked])
        if len(outcomes) == 1:
            field.widget, field.initial = forms.HiddenInput(), outcomes[0].code
            self.fields["words"].label = in_language(outcomes[0].asks)
            self.fields["words"].help_text = ""


class ErasureForm(CaseForm):
    name = "erasure"

    reason = forms.ChoiceField(
        label=_("Pourquoi effacer"),
        choices=list(ERASURE_LABELS.items()),
        help_text=_("Cette raison reste dans la trace. L’effacement ne se défait pas."),
    )
