from __future__ import annotations

from django.urls import path

from essor.accounts import views

urlpatterns = [
    path("administration/", views.show_people, name="people"),
    path("administration/personnes/ajouter/", views.add_person, name="person_add"),
    path("administration/personnes/<int:pk>/", views.show_person, name="person"),
    path("administration/personnes/<int:pk>/lien/", views.send_link, name="person_link"),
    path("administration/personnes/<int:pk>/courriel/", views.change_address, name="person_address"),
    path("administration/roles/<int:pk>/fin/", views.end_role, name="role_end"),
    path("administration/trace/", views.show_trace, name="trace"),
    path("mon-compte/", views.show_my_account, name="my_account"),
    path("mon-compte/donnees.json", views.download_my_data, name="my_account_data"),
]
