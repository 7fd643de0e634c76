from __future__ import annotations

from django.urls import path

from essor.design import views

urlpatterns = [path("style/", views.show_gallery, name="style")]
