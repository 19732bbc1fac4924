"""Addresses of the initiatives' API."""

from django.urls import path

from apps.initiatives.api import views

app_name = "initiatives-api"
urlpatterns = [
    path("screenings/", views.Screenings.as_view(), name="screenings"),
    path("schemas/<slug:key>/", views.SchemaDetail.as_view(), name="schema"),
    path("initiatives/", views.Initiatives.as_view(), name="initiatives"),
    path("initiatives/<uuid:pk>/", views.InitiativeDetail.as_view(), name="initiative"),
    path("initiatives/<uuid:pk>/again/", views.BeginAgain.as_view(), name="begin-again"),
    path("initiatives/<uuid:pk>/draft/", views.DraftDetail.as_view(), name="draft"),
    path("initiatives/<uuid:pk>/versions/", views.Versions.as_view(), name="versions"),
    path("initiatives/<uuid:pk>/versions/<int:number>/", views.VersionDetail.as_view(), name="version"),
    path(
        "initiatives/<uuid:pk>/versions/<int:before>/to/<int:after>/",
        views.VersionDifference.as_view(),
        name="version-difference",
    ),
]
