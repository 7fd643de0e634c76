from __future__ import annotations

from django.urls import URLPattern, path

from essor.aid.views import (
    catalogue,
    editing,
    finder,
    folder,
    funnel,
    open_data,
    planning,
    population,
    receipts,
    reorganising,
)

urlpatterns: list[URLPattern] = [
    path("trouver/", finder.ask_question, name="find_aid"),
    path("trouver/resultats/", finder.show_results, name="aid_results"),
    path("trouver/plan/", planning.show_plan, name="aid_plan"),
    path("trouver/recu/", receipts.show_receipt, name="aid_receipt"),
    path("trouver/recu/donner/", receipts.give_receipt, name="aid_receipt_give"),
    path("bureau/parcours-des-aides/", funnel.show_funnel, name="aid_funnel"),
    path("bureau/reorganisation/", reorganising.record, name="reorganise"),
    path("aides/", catalogue.show_catalogue, name="aid_list"),
    path("aides/ajouter/", editing.add_aid, name="aid_add"),
    path("aides/brouillons/", editing.list_drafts, name="aid_drafts"),
    path("aides/<slug:slug>/", catalogue.show_aid, name="aid"),
    path("aides/<slug:slug>/organisations/", population.show_reach, name="aid_reach"),
    path("donnees/aides/", open_data.show_open_data, name="aid_data"),
    path("donnees/aides.csv", open_data.send_csv, name="aid_data_csv"),
    path("api/aides/", open_data.send_aids, name="aid_api_list"),
    path("api/aides/<slug:slug>/", open_data.send_aid, name="aid_api"),
    path("api/trouver/", open_data.send_verdicts, name="aid_api_find"),
    path("aides/<slug:slug>/corriger/", editing.edit_aid, name="aid_edit"),
    path("aides/<slug:slug>/brouillon/", editing.show_draft, name="aid_draft"),
    path("aides/<slug:slug>/brouillon/publier/", editing.publish_draft, name="aid_draft_publish"),
    path("aides/<slug:slug>/brouillon/mettre-de-cote/", editing.drop_draft, name="aid_draft_drop"),
    path("suivi/<str:token>/aides/", folder.show_to_promoter, name="case_follow_aids"),
    path("suivi/<str:token>/aides/ajouter/", folder.add_by_promoter, name="case_follow_aids_add"),
    path("suivi/<str:token>/aides/<int:pk>/etape/", folder.step_by_promoter, name="case_follow_aids_step"),
    path("suivi/<str:token>/aides/<int:pk>/corriger/", folder.correct_by_promoter, name="case_follow_aids_correct"),
    path("dossiers/<slug:reference>/aides/", folder.show_to_adviser, name="case_aids"),
    path("dossiers/<slug:reference>/aides/ajouter/", folder.add_by_adviser, name="case_aids_add"),
    path("dossiers/<slug:reference>/aides/<int:pk>/etape/", folder.step_by_adviser, name="case_aids_step"),
    path("dossiers/<slug:reference>/aides/<int:pk>/corriger/", folder.correct_by_adviser, name="case_aids_correct"),
]
