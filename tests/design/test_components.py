"""Components take their declared variables and no other; no page carries a style or a script of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import translation

import essor.design
from essor.design.gallery import SpecimenForm, list_specimens
from essor.design.tables import Column, Row, Table
from essor.methods.criteria import Line

TEMPLATES = Path(essor.design.__file__).parent / "templates"
NAMES = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html"))
CALLS = {
    "opening": 'title="t"',
    "key_figure": 'sentence="{figure}" value=1',
    "data_table": "table=x",
    "notice": 'text="t"',
    "tag": 'label="t"',
    "breadcrumb": 'trail=x here="h"',
    "pagination": "page=x",
    "steps": "labels=x current=1",
    "empty_state": 'title="t" text="t"',
    "error_summary": "form=x",
    "outline": "lines=x",
    "chart": "chart=x",
    "sparkline": "line=x",
}


def render(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_unknown_variable_is_refused(name: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument 'colour'"):
        Template("{% " + name + " " + CALLS[name] + ' colour="red" %}')


@pytest.mark.parametrize("name", [name for name in sorted(CALLS) if name != "error_summary"])
def test_a_missing_variable_is_refused(name: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="did not receive value"):
        Template("{% " + name + " %}")


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles_without_inline_style_or_script(name: str) -> None:
    source = get_template(name).template.source  # type: ignore[attr-defined]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", source)


@pytest.mark.parametrize(
    "call", ['notice text="t" kind="loud"', 'tag label="t" kind="blue"', "steps labels=x current=9"]
)
def test_a_wrong_kind_is_refused(call: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{% " + call + " %}", x=["a"])


def test_an_outline_is_lists_within_lists() -> None:
    """What is heard says which condition stands under which: a sibling of a group is not in the group."""
    lines = [Line(0, "Tous", ""), Line(1, "a", ""), Line(1, "Un de", ""), Line(2, "b", ""), Line(1, "c", "")]
    shown = re.sub(r"\s+", "", render("{% outline lines=lines %}", lines=lines))
    assert shown == '<ulclass="outline"><li>Tous<ul><li>a</li><li>Unde<ul><li>b</li></ul></li><li>c</li></ul></li></ul>'


def test_a_key_figure_sits_in_its_sentence() -> None:
    shown = render('{% key_figure sentence="On compte {figure} emplois." value=1264 basis="B" %}')
    assert 'On compte <strong class="figure">1\u00a0264</strong> emplois.' in shown
    with pytest.raises(TemplateSyntaxError, match="where the figure goes"):
        render('{% key_figure sentence="Rien" value=1 %}')


def test_a_table_of_many_columns_can_stack_its_rows() -> None:
    """Each cell bears the head of its column, and roles say what the elements are when a style forgets it."""
    heads = ["Base", "Avant", "Après", "Croissance"]
    columns = [Column(heads[0]), *(Column(head, "whole") for head in heads[1:])]
    shown = render("{% data_table table=table %}", table=Table("Question", columns, [Row(["A", 1, None, 3])]))
    assert "is-stacked" in shown
    for head in heads[1:]:
        assert f'data-label="{head}"' in shown
    for role in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell"):
        assert f'role="{role}"' in shown
    abreast = Table("Question", columns[:3], [Row(["A", 1, 2])])
    assert "is-stacked" not in render("{% data_table table=table %}", table=abreast)


def test_a_table_names_its_rows_and_escapes_its_words() -> None:
    table = Table(
        "Combien ?",
        [Column("Nom"), Column("Emplois", "whole")],
        [Row(["<b>A</b>", None]), Row(["T", 5], is_total=True)],
    )
    shown = render("{% data_table table=table %}", table=table)
    assert '<th role="rowheader" scope="row">&lt;b&gt;A&lt;/b&gt;</th>' in shown
    assert '<span class="unknown">inconnu</span>' in shown
    assert '<tr role="row" class="total">' in shown
    with pytest.raises(ValueError, match="2 columns"):
        render("{% data_table table=table %}", table=Table("c", table.columns, [Row(["seul"])]))


def test_pagination_keeps_the_other_words_of_the_address() -> None:
    request = RequestFactory().get("/annuaire/?q=co-op&page=2")
    shown = render("{% pagination page=page %}", page=Paginator(range(50), 10).page(2), request=request)
    assert 'href="?q=co-op&amp;page=3"' in shown
    assert 'rel="prev" href="?q=co-op&amp;page=1"' in shown


def test_a_form_sent_back_says_what_is_wrong_at_the_top_and_beside_the_field() -> None:
    form = SpecimenForm({"name": "", "founded_on": "juin 2014", "municipality": "64008"})
    shown = render("{{ form }}", form=form)
    assert '<a href="#id_name">Nom de l’entreprise</a>' in shown
    assert '<a href="#id_legal_form_0">Forme juridique</a>' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="juin 2014"' in shown


def test_a_field_alone_has_its_label_and_hint() -> None:
    class Small(forms.Form):
        town = forms.CharField(label="Ville", help_text="<Là où vous êtes>")

    shown = render("{% field form.town %}", form=Small())
    assert '<label for="id_town">Ville</label>' in shown
    assert '<p class="hint" id="id_town_helptext">&lt;Là où vous êtes&gt;</p>' in shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_gallery_shows_every_component_and_chart(language: str) -> None:
    with translation.override(language):
        request = RequestFactory().get("/style/")
        request.user = AnonymousUser()
        page = get_template("design/gallery.html").render(list_specimens(), request)
    assert f'<html lang="{language}-CA">' in page
    assert page.count('role="img"') >= 15
    assert not re.search(r"\{[{%]|[%}]\}", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_the_gallery_is_open_to_all(client: Client) -> None:
    assert client.get("/style/").status_code == 200
