"""The roof's addresses in the API."""

from django.urls import path

from apps.dashboards.api import portfolio

urlpatterns = [
    path("dashboard/", portfolio.Dashboard.as_view(), name="api-dashboard"),
    path("dashboard/cases/", portfolio.Cases.as_view(), name="api-dashboard-cases"),
]
