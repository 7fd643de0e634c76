"""How every form is drawn: `{{ form }}` and `{% field form.name %}` give the markup of templates/design/."""

from __future__ import annotations

from typing import Any

from django.forms import DateInput
from django.forms.renderers import DjangoTemplates
from django.template import loader


class FormRenderer(DjangoTemplates):
    """Our own frame around Django's widgets; ours are read with the project's template words, Django's as they are."""

    form_template_name = "design/form.html"
    field_template_name = "design/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("design/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)


def day_input() -> DateInput:
    """The browser's own calendar, which wants ISO whatever the language of the page."""
    return DateInput({"type": "date"}, format="%Y-%m-%d")
