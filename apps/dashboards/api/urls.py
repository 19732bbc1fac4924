"""The roof's addresses in the API."""

from django.urls import path

from apps.dashboards.api import portfolio, register

urlpatterns = [
    path("dashboard/", portfolio.Dashboard.as_view(), name="api-dashboard"),
    path("dashboard/cases/", portfolio.Cases.as_view(), name="api-dashboard-cases"),
    path("register/events/", register.Events.as_view(), name="api-register-events"),
    path("register/events/<uuid:event_id>/", register.OneEvent.as_view(), name="api-register-event"),
    path("register/verification/", register.LastVerification.as_view(), name="api-register-verification"),
]
