"""The table of contents of the pages. Each app names its own addresses in its `urls.py`."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.accounts.urls")),
    path("", include("apps.offices.urls")),
    path("", include("apps.notices.urls")),
    path("", include("apps.approvals.urls")),
    path("", include("apps.standards.urls")),
    path("", include("apps.initiatives.urls")),
    path("", include("apps.dashboards.urls")),
    path("api/v1/", include("ictgov.api")),
]

handler400 = "apps.accounts.errors.bad_request"
handler403 = "apps.accounts.errors.permission_denied"
handler404 = "apps.accounts.errors.page_not_found"
handler500 = "apps.accounts.errors.server_error"
