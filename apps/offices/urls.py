"""Addresses of the pages of offices."""

from django.urls import path

from apps.offices import instrument_views, views

app_name = "offices"

urlpatterns = [
    path("offices/", views.office_list, name="office-list"),
    path("offices/<str:code>/", views.office_detail, name="office-detail"),
    path("posts/<str:code>/appoint/", views.post_appoint, name="post-appoint"),
    path("appointments/<uuid:pk>/end/", views.post_end, name="post-end"),
    path("functions/", views.function_list, name="function-list"),
    path("functions/<str:code>/", views.function_detail, name="function-detail"),
    path("instruments/", instrument_views.instrument_list, name="instrument-list"),
    path("instruments/draft/", instrument_views.instrument_draft, name="instrument-draft"),
    path("instruments/<str:number>/", instrument_views.instrument_detail, name="instrument-detail"),
    path("instruments/<str:number>/<slug:act>/", instrument_views.instrument_act, name="instrument-act"),
    path("calendars/", views.calendar_list, name="calendar-list"),
    path("calendars/versions/<uuid:pk>/confirm/", views.calendar_confirm, name="calendar-confirm"),
    path("calendars/<slug:key>/", views.calendar_detail, name="calendar-detail"),
]
