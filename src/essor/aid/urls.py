from __future__ import annotations

from django.urls import URLPattern, path

from essor.aid import views

urlpatterns: list[URLPattern] = [
    path("trouver/", views.ask_question, name="find_aid"),
    path("trouver/resultats/", views.show_results, name="aid_results"),
]
