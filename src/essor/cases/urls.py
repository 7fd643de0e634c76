from __future__ import annotations

from django.urls import URLPattern, path

from essor.cases.views import desk, files, following, load, opening

urlpatterns: list[URLPattern] = [
    path("demander/", opening.open_request, name="case_open"),
    path("suivi/<str:token>/", following.show_request, name="case_follow"),
    path("suivi/<str:token>/message/", following.write, name="case_follow_write"),
    path("suivi/<str:token>/document/", following.deposit, name="case_follow_deposit"),
    path("suivi/<str:token>/documents/<int:pk>/", following.download, name="case_follow_document"),
    path("suivi/<str:token>/donnees.json", following.take_away, name="case_follow_data"),
    path("suivi/<str:token>/retirer/", following.withdraw, name="case_follow_withdraw"),
    path("dossiers/", desk.show_desk, name="cases"),
    path("dossiers/clos/", desk.show_closed, name="cases_closed"),
    path("dossiers/charge/", load.show, name="case_load"),
    path("dossiers/charge/<int:pk>/", load.hand_over, name="case_hand_over"),
    path("dossiers/<slug:reference>/", files.show_case, name="case"),
    path("dossiers/<slug:reference>/message/", files.write, name="case_write"),
    path("dossiers/<slug:reference>/note/", files.note, name="case_note"),
    path("dossiers/<slug:reference>/attendre/", files.ask, name="case_ask"),
    path("dossiers/<slug:reference>/avancer/", files.move, name="case_move"),
    path("dossiers/<slug:reference>/reprendre/", files.resume, name="case_resume"),
    path("dossiers/<slug:reference>/prendre/", files.take, name="case_take"),
    path("dossiers/<slug:reference>/confier/", files.assign, name="case_assign"),
    path("dossiers/<slug:reference>/tache/", files.add_task, name="case_task"),
    path("dossiers/<slug:reference>/taches/<int:pk>/faite/", files.finish_task, name="case_task_done"),
    path("dossiers/<slug:reference>/document/", files.deposit, name="case_deposit"),
    path("dossiers/<slug:reference>/documents/<int:pk>/", files.download, name="case_document"),
    path("dossiers/<slug:reference>/clore/", files.close, name="case_close"),
    path("dossiers/<slug:reference>/effacer/", files.erase, name="case_erase"),
]
