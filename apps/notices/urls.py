"""Addresses of the inbox."""

from django.urls import path

from apps.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/preferences/", views.preferences, name="preferences"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<uuid:notice_id>/read/", views.read, name="read"),
]
