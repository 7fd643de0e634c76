"""Every address. Each room declares its own; the language is the first segment for English, absent for French."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("compte/", include("allauth.urls")),
    path("", include("essor.accounts.urls")),
    path("", include("essor.design.urls")),
    path("", include("essor.territories.urls")),
    path("", include("essor.directory.urls")),
    path("", include("essor.programmes.urls")),
    path("", include("essor.aid.urls")),
    path("", include("essor.cases.urls")),
    path("", include("essor.observatory.urls")),
    path("", include("essor.project.pages")),
    prefix_default_language=False,
)

handler400 = "essor.project.errors.show_bad_request"
handler403 = "essor.project.errors.show_forbidden"
handler404 = "essor.project.errors.show_not_found"
handler429 = "essor.project.errors.show_too_many"  # read by allauth, which counts the attempts
handler500 = "essor.project.errors.show_failure"
