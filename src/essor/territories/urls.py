from __future__ import annotations

from django.urls import URLPattern, path

from essor.territories import views

urlpatterns: list[URLPattern] = [
    path("territoires/", views.list_territories, name="territory_list"),
    path("territoires/<slug:code>/", views.show_territory, name="territory"),
]
