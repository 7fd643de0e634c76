from __future__ import annotations

from django.urls import URLPattern, path

from essor.directory.views import entries, erasure, imports, organisations

urlpatterns: list[URLPattern] = [
    path("annuaire/", organisations.show_directory, name="directory"),
    path("annuaire/ajouter/", entries.add_organisation, name="organisation_add"),
    path("annuaire/<slug:key>/", organisations.show_organisation, name="organisation"),
    path("annuaire/<slug:key>/faits/ajouter/", organisations.add_fact, name="fact_add"),
    path("annuaire/<slug:key>/faits/<int:pk>/corriger/", organisations.correct_fact, name="fact_correct"),
    path("annuaire/<slug:key>/noms/ajouter/", entries.add_name, name="name_add"),
    path("annuaire/<slug:key>/numeros/ajouter/", entries.add_identifier, name="identifier_add"),
    path("annuaire/<slug:key>/evenements/ajouter/", entries.add_life_event, name="life_event_add"),
    path("annuaire/<slug:key>/evenements/<int:pk>/retirer/", entries.withdraw_life_event, name="life_event_withdraw"),
    path("annuaire/<slug:key>/effacer/", erasure.erase_organisation, name="organisation_erase"),
    path("sources/", organisations.show_sources, name="sources"),
    path("sources/<int:pk>/", organisations.show_source, name="source"),
    path("importer/", imports.list_imports, name="import_list"),
    path("importer/<str:token>/colonnes/", imports.choose_columns, name="import_columns"),
    path("importer/<str:token>/verifier/", imports.check_import, name="import_check"),
    path("importer/<str:token>/decider/", imports.decide_organisation, name="import_decide"),
    path("importer/<str:token>/jeter/", imports.discard_import, name="import_discard"),
    path("importer/<str:token>/progres/", imports.show_progress, name="import_progress"),
]
