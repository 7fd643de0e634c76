from __future__ import annotations

from django.urls import URLPattern, path

from essor.territories.views import places

urlpatterns: list[URLPattern] = [
    path("territoires/", places.list_territories, name="territory_list"),
    path("territoires/<slug:code>/", places.show_territory, name="territory"),
]
