"""Addresses of the review's API."""

from django.urls import path

from apps.approvals.api import desks, views

app_name = "approvals-api"
urlpatterns = [
    path("queue/", views.Queue.as_view(), name="queue"),
    path("verbs/", views.Verbs.as_view(), name="verbs"),
    path("cases/", views.CaseList.as_view(), name="case-list"),
    path("cases/<str:handle>/", views.CaseDetail.as_view(), name="case-detail"),
    path("cases/<str:handle>/explanation/", desks.CaseExplanation.as_view(), name="case-explanation"),
    path(
        "cases/<str:handle>/desks/<slug:desk>/assignment/", desks.Assignment.as_view(), name="case-assignment"
    ),
    path("alerts/", desks.Alerts.as_view(), name="alerts"),
    path("cases/<str:handle>/moves/", views.Moves.as_view(), name="case-moves"),
    path("cases/<str:handle>/versions/<int:number>/", views.VersionDetail.as_view(), name="case-version"),
    path(
        "cases/<str:handle>/assessments/<slug:desk>/",
        views.AssessmentDetail.as_view(),
        name="case-assessment",
    ),
    path("cases/<str:handle>/letter/", views.Letter.as_view(), name="case-letter"),
]
