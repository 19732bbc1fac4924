"""The addresses of the roof: dashboard, register, health, help."""

from django.urls import path

from apps.dashboards.views import portfolio

app_name = "dashboards"
urlpatterns = [
    path("dashboard/", portfolio.dashboard, name="dashboard"),
    path("dashboard/cases/", portfolio.cases, name="cases"),
]
