from __future__ import annotations

from django.urls import URLPattern, path

from essor.territories.views import bodies, places

urlpatterns: list[URLPattern] = [
    path("territoires/", places.list_territories, name="territory_list"),
    path("territoires/<slug:code>/", places.show_territory, name="territory"),
    path("territoires/<slug:code>/organismes/", bodies.show_place_bodies, name="place_bodies"),
    path("organismes/", bodies.list_bodies, name="body_list"),
    path("organismes/organismes.csv", bodies.download_bodies, name="bodies_csv"),
    path("organismes/<slug:slug>/", bodies.show_body, name="body"),
]
