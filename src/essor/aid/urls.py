from __future__ import annotations

from django.urls import URLPattern, path

from essor.aid.views import finder

urlpatterns: list[URLPattern] = [
    path("trouver/", finder.ask_question, name="find_aid"),
    path("trouver/resultats/", finder.show_results, name="aid_results"),
]
