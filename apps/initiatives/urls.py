from django.urls import path

from apps.initiatives import views

app_name = "initiatives"

urlpatterns = [
    path("initiatives/", views.initiative_list, name="initiative-list"),
    path("initiatives/new/", views.screening, name="screening"),
    path("initiatives/<uuid:pk>/", views.initiative_detail, name="initiative-detail"),
    path("initiatives/<uuid:pk>/again/", views.begin_again, name="begin-again"),
    path("initiatives/<uuid:pk>/draft/", views.draft, name="draft"),
    path("initiatives/<uuid:pk>/draft/appraisal/", views.draft_appraisal, name="draft-appraisal"),
    path("initiatives/<uuid:pk>/draft/remove/", views.discard, name="draft-discard"),
    path("initiatives/<uuid:pk>/draft/<slug:section>/", views.draft_section, name="draft-section"),
    path("initiatives/<uuid:pk>/versions/<int:number>/", views.version_detail, name="version-detail"),
    path(
        "initiatives/<uuid:pk>/versions/<int:before>/to/<int:after>/",
        views.version_difference,
        name="version-difference",
    ),
]
