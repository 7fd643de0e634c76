from __future__ import annotations

from django.urls import URLPattern, path, re_path

from essor.observatory.views import bases, comparison, desk, downloads, figures, portrait, publishing

CSV = r"editions/(?P<slug>[-\w]+)/portrait-(?P=slug)\.csv"
"""Named by the edition, so that the metadata find the CSV beside them, here and once both are saved."""

urlpatterns: list[URLPattern] = [
    path("", portrait.show_home, name="home"),
    path("portraits/", portrait.show_portraits, name="portraits"),
    path("portrait/<slug:territory>/", portrait.show_portrait, name="portrait"),
    path("comparer/", comparison.show_comparison, name="compare"),
    path("comparer/editions/", comparison.compare_editions, name="compare_editions"),
    path("bureau/", desk.show_desk, name="desk"),
    path("editions/nouvelle/", publishing.add_edition, name="edition_new"),
    path("editions/<slug:slug>/corriger/", publishing.correct_edition, name="edition_correct"),
    path("editions/", figures.show_editions, name="editions"),
    path("editions/<slug:slug>/", portrait.show_edition, name="edition"),
    path("editions/<slug:slug>/chiffres/<str:key>/", figures.show_figure, name="figure"),
    re_path(rf"^{CSV}$", downloads.send_csv, name="edition_csv"),
    re_path(rf"^{CSV}-metadata\.json$", downloads.send_csvw, name="edition_csvw"),
    path("editions/<slug:slug>/portrait.xlsx", downloads.send_workbook, name="edition_xlsx"),
    path("editions/<slug:slug>/portrait.json", downloads.send_json, name="edition_json"),
    path("editions/<slug:slug>/portrait.pdf", downloads.send_report, name="edition_pdf"),
    path("bases/", bases.show_bases, name="bases"),
    path("bases/nouvelle/", bases.add_base, name="base_new"),
    path("bases/apercu/", bases.preview_base, name="base_preview"),
    path("bases/<slug:slug>/", bases.show_base, name="base"),
    path("bases/<slug:slug>/<int:number>/", bases.show_base_version, name="base_version"),
    path("bases/<slug:slug>/<int:number>/modifier/", bases.edit_base, name="base_edit"),
    path("bases/<slug:slug>/<int:number>/publier/", bases.publish_base, name="base_publish"),
    path("bases/<slug:slug>/<int:number>/suivante/", bases.draft_next_version, name="base_next"),
]
