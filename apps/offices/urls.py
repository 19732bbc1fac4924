"""Addresses of the pages of offices."""

from django.urls import path

from apps.offices import function_pages, instrument_views, post_pages, views

app_name = "offices"

urlpatterns = [
    path("offices/", views.office_list, name="office-list"),
    path("offices/<str:code>/", views.office_detail, name="office-detail"),
    path("posts/<str:code>/", post_pages.post_detail, name="post-detail"),
    path("posts/<str:code>/absence/", post_pages.post_absence, name="post-absence"),
    path("absences/<uuid:pk>/end/", post_pages.absence_end, name="absence-end"),
    path("posts/<str:code>/appoint/", views.post_appoint, name="post-appoint"),
    path("appointments/<uuid:pk>/end/", views.post_end, name="post-end"),
    path("functions/", function_pages.function_list, name="function-list"),
    path("functions/mine/", function_pages.function_mine, name="function-mine"),
    path("functions/matrix/", function_pages.function_matrix, name="function-matrix"),
    path("functions/matrix/csv/", function_pages.function_matrix_csv, name="function-matrix-csv"),
    path("functions/<str:code>/", function_pages.function_detail, name="function-detail"),
    path(
        "functions/<str:code>/offices/<str:office>/", function_pages.function_office, name="function-office"
    ),
    path(
        "functions/<str:code>/offices/<str:office>/record/",
        function_pages.evidence_record,
        name="evidence-record",
    ),
    path("functions/<str:code>/evidence/<uuid:pk>/", function_pages.evidence_detail, name="evidence-detail"),
    path("instruments/", instrument_views.instrument_list, name="instrument-list"),
    path("instruments/designate/", post_pages.instrument_designate, name="instrument-designate"),
    path("instruments/draft/", instrument_views.instrument_draft, name="instrument-draft"),
    path("instruments/<str:number>/", instrument_views.instrument_detail, name="instrument-detail"),
    path("instruments/<str:number>/<slug:act>/", instrument_views.instrument_act, name="instrument-act"),
    path("calendars/", views.calendar_list, name="calendar-list"),
    path("calendars/versions/<uuid:pk>/confirm/", views.calendar_confirm, name="calendar-confirm"),
    path("calendars/<slug:key>/", views.calendar_detail, name="calendar-detail"),
]
