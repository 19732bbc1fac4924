"""Addresses of the API of offices."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.offices.api import explanations, functions, instruments, standby, views

router = SimpleRouter()
router.register("offices", views.OfficeViewSet, basename="api-office")
router.register("functions", functions.FunctionViewSet, basename="api-function")
router.register("evidence", functions.EvidenceViewSet, basename="api-evidence")
router.register("instruments", instruments.InstrumentViewSet, basename="api-instrument")

urlpatterns = [
    path(
        "offices/<str:code>/explanation/",
        explanations.OfficeExplanation.as_view(),
        name="api-office-explanation",
    ),
    path(
        "posts/<str:code>/explanation/", explanations.PostExplanation.as_view(), name="api-post-explanation"
    ),
    path(
        "instruments/<str:number>/explanation/",
        explanations.InstrumentExplanation.as_view(),
        name="api-instrument-explanation",
    ),
    path(
        "functions/<str:code>/explanation/",
        explanations.FunctionExplanation.as_view(),
        name="api-function-explanation",
    ),
    path(
        "calendars/<str:key>/explanation/",
        explanations.CalendarExplanation.as_view(),
        name="api-calendar-explanation",
    ),
    path("posts/<str:code>/absences/", explanations.Absences.as_view(), name="api-absences"),
    path("absences/<uuid:pk>/end/", explanations.AbsenceEnd.as_view(), name="api-absence-end"),
    path("designations/", standby.Designations.as_view(), name="api-designations"),
    *router.urls,
]
