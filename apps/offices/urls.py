"""Addresses of the pages of offices."""

from django.urls import path

from apps.offices import post_pages, views

app_name = "offices"

urlpatterns = [
    path("offices/", views.office_list, name="office-list"),
    path("offices/<str:code>/", views.office_detail, name="office-detail"),
    path("posts/<str:code>/", post_pages.post_detail, name="post-detail"),
    path("posts/<str:code>/absence/", post_pages.post_absence, name="post-absence"),
    path("absences/<uuid:pk>/end/", post_pages.absence_end, name="absence-end"),
    path("posts/<str:code>/appoint/", views.post_appoint, name="post-appoint"),
    path("appointments/<uuid:pk>/end/", views.post_end, name="post-end"),
    path("functions/", views.function_list, name="function-list"),
    path("functions/<str:code>/", views.function_detail, name="function-detail"),
    path("instruments/", views.instrument_list, name="instrument-list"),
    path("instruments/issue/", views.instrument_issue, name="instrument-issue"),
    path("instruments/designate/", post_pages.instrument_designate, name="instrument-designate"),
    path("instruments/<str:number>/", views.instrument_detail, name="instrument-detail"),
    path("instruments/<str:number>/revoke/", views.instrument_revoke, name="instrument-revoke"),
    path("calendars/", views.calendar_list, name="calendar-list"),
    path("calendars/versions/<uuid:pk>/confirm/", views.calendar_confirm, name="calendar-confirm"),
    path("calendars/<slug:key>/", views.calendar_detail, name="calendar-detail"),
]
