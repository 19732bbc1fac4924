"""The addresses of the review. A case is named by its number or, while it has none, by its id (seam 17)."""

from django.urls import path

from apps.approvals.views import acts, assess, calendar, case, committee, exceptions, home, load, reassign

app_name = "approvals"
urlpatterns = [
    path("", home.my_work, name="my-work"),
    path("load/", load.everyones_load, name="load"),
    path("calendar/", calendar.page, name="calendar"),
    path("calendar/<str:secret>.ics", calendar.feed_of, name="calendar-feed"),
    path("committee/", committee.agenda, name="committee"),
    path("cases/<str:handle>/", case.case_detail, name="case-detail"),
    path("cases/<str:handle>/versions/<int:number>/", case.case_version, name="case-version"),
    path(
        "cases/<str:handle>/difference/<int:before>/<int:after>/",
        case.case_difference,
        name="case-difference",
    ),
    path("cases/<str:handle>/acts/<slug:verb>/", acts.act, name="act"),
    path("cases/<str:handle>/assess/<slug:desk>/", assess.assess, name="assess"),
    path("cases/<str:handle>/assess/<slug:desk>/save/", assess.save, name="assess-save"),
    path("cases/<str:handle>/desks/<slug:desk>/reassign/", reassign.reassign, name="reassign"),
    path("cases/<str:handle>/letter/", case.case_letter, name="case-letter"),
    path("cases/<str:handle>/certificate/", case.case_certificate, name="case-certificate"),
    path("cases/<str:handle>/why/", case.case_why, name="case-why"),
    path("cases/<str:handle>/exceptions/", exceptions.case_exceptions, name="case-exceptions"),
    path("cases/<str:handle>/exceptions/<uuid:pk>/end/", exceptions.exception_end, name="exception-end"),
]
