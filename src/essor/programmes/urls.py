from __future__ import annotations

from django.urls import URLPattern, path

from essor.programmes.views import files, public

urlpatterns: list[URLPattern] = [
    path("suivi/<str:token>/programme/", files.show_to_promoter, name="case_follow_programme"),
    path("suivi/<str:token>/programme/<int:pk>/accepter/", files.accept, name="case_follow_programme_accept"),
    path("suivi/<str:token>/programme/<int:pk>/decliner/", files.decline, name="case_follow_programme_decline"),
    path("dossiers/<slug:reference>/programme/", files.show_to_adviser, name="case_programme"),
    path("dossiers/<slug:reference>/programme/inscrire/", files.enrol, name="case_programme_enrol"),
    path("dossiers/<slug:reference>/programme/offrir/", files.offer, name="case_programme_offer"),
    path("dossiers/<slug:reference>/programme/<int:pk>/finir/", files.end, name="case_programme_end"),
    path("dossiers/<slug:reference>/programme/<int:pk>/verser/", files.pay, name="case_programme_pay"),
    path("dossiers/<slug:reference>/programme/<int:pk>/recuperer/", files.recover, name="case_programme_recover"),
    path(
        "dossiers/<slug:reference>/programme/verser/<int:pk>/approuver/", files.approve, name="case_programme_approve"
    ),
    path("dossiers/<slug:reference>/programme/verser/<int:pk>/ecarter/", files.drop, name="case_programme_drop"),
    path("programmes/", public.list_programmes, name="programmes"),
    path("programmes/<slug:slug>/", public.show_programme, name="programme"),
]
