from __future__ import annotations

from django.urls import URLPattern, path

from essor.programmes import views

urlpatterns: list[URLPattern] = [
    path("programmes/", views.list_programmes, name="programmes"),
    path("programmes/<slug:slug>/", views.show_programme, name="programme"),
]
