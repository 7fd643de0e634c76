from __future__ import annotations

from django.urls import URLPattern, path

from essor.aid.views import catalogue, finder, folder, funnel

urlpatterns: list[URLPattern] = [
    path("trouver/", finder.ask_question, name="find_aid"),
    path("trouver/resultats/", finder.show_results, name="aid_results"),
    path("bureau/parcours-des-aides/", funnel.show_funnel, name="aid_funnel"),
    path("aides/", catalogue.show_catalogue, name="aid_list"),
    path("aides/<slug:slug>/", catalogue.show_aid, name="aid"),
    path("suivi/<str:token>/aides/", folder.show_to_promoter, name="case_follow_aids"),
    path("suivi/<str:token>/aides/ajouter/", folder.add_by_promoter, name="case_follow_aids_add"),
    path("suivi/<str:token>/aides/<int:pk>/etape/", folder.step_by_promoter, name="case_follow_aids_step"),
    path("suivi/<str:token>/aides/<int:pk>/corriger/", folder.correct_by_promoter, name="case_follow_aids_correct"),
    path("dossiers/<slug:reference>/aides/", folder.show_to_adviser, name="case_aids"),
    path("dossiers/<slug:reference>/aides/ajouter/", folder.add_by_adviser, name="case_aids_add"),
    path("dossiers/<slug:reference>/aides/<int:pk>/etape/", folder.step_by_adviser, name="case_aids_step"),
    path("dossiers/<slug:reference>/aides/<int:pk>/corriger/", folder.correct_by_adviser, name="case_aids_correct"),
]
