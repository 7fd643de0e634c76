from __future__ import annotations

from django.urls import URLPattern, path

from essor.programmes.views import board, committee, desk, files, following, funding, papers, public, register, sittings

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
    path("suivi/<str:token>/montage/", funding.show_to_promoter, name="case_follow_funding"),
    path("suivi/<str:token>/montage/cout/", funding.set_cost_by_promoter, name="case_follow_funding_cost"),
    path("suivi/<str:token>/montage/ajouter/", funding.add_by_promoter, name="case_follow_funding_add"),
    path("suivi/<str:token>/montage/<int:pk>/", funding.move_by_promoter, name="case_follow_funding_move"),
    path("dossiers/<slug:reference>/montage/", funding.show_to_adviser, name="case_funding"),
    path("dossiers/<slug:reference>/montage/cout/", funding.set_cost, name="case_funding_cost"),
    path("dossiers/<slug:reference>/montage/ajouter/", funding.add, name="case_funding_add"),
    path("dossiers/<slug:reference>/montage/<int:pk>/", funding.move, name="case_funding_move"),
    path("suivi/<str:token>/programme/nouvelles/", following.show_to_promoter, name="case_follow_news"),
    path(
        "suivi/<str:token>/programme/nouvelles/donner/", following.declare_by_promoter, name="case_follow_news_declare"
    ),
    path("dossiers/<slug:reference>/programme/nouvelles/", following.show_to_adviser, name="case_news"),
    path(
        "dossiers/<slug:reference>/programme/nouvelles/donner/", following.declare_by_adviser, name="case_news_declare"
    ),
    path("dossiers/<slug:reference>/programme/nouvelles/relier/", following.link, name="case_news_link"),
    path("bureau/programmes/", desk.show, name="programme_desk"),
    path("bureau/programmes/<slug:slug>/suivi/", following.show_programme, name="programme_following"),
    path("engagements/", board.list_mine, name="commitments"),
    path("engagements/<slug:slug>/", board.show, name="commitment"),
    path("comite/", committee.show_mine, name="committee"),
    path("comite/interets/ajouter/", committee.declare, name="committee_declare"),
    path("comite/interets/<int:pk>/finir/", committee.end, name="committee_end"),
    path("comite/seances/<int:pk>/", committee.show_sitting, name="committee_sitting"),
    path("comite/seances/<int:pk>/adopter/", committee.adopt, name="committee_adopt"),
    path("comite/seances/<int:pk>/cahier.pdf", papers.send_own_pack, name="committee_pack"),
    path("comite/seances/<int:pk>/proces-verbal.pdf", papers.send_own_minutes, name="committee_minutes"),
    path("comite/dossiers/<int:pk>/", committee.show_item, name="committee_item"),
    path("comite/dossiers/<int:pk>/noter/", committee.score, name="committee_score"),
    path("comite/dossiers/<int:pk>/voter/", committee.vote, name="committee_vote"),
    path("bureau/comites/", sittings.list_all, name="sittings"),
    path("bureau/comites/<slug:slug>/convoquer/", sittings.call, name="sitting_call"),
    path("bureau/comites/seances/<int:pk>/", sittings.show, name="sitting"),
    path("bureau/comites/seances/<int:pk>/cahier.pdf", papers.send_pack, name="sitting_pack"),
    path("bureau/comites/seances/<int:pk>/proces-verbal.pdf", papers.send_minutes, name="sitting_minutes"),
    path("bureau/comites/dossiers/<int:pk>/decider/", sittings.decide, name="sitting_decide"),
    path("programmes/", public.list_programmes, name="programmes"),
    path("programmes/<slug:slug>/octrois.csv", register.send_csv, name="programme_awards_csv"),
    path("programmes/<slug:slug>/octrois.json", register.send_package, name="programme_awards"),
    path("programmes/<slug:slug>/", public.show_programme, name="programme"),
]
