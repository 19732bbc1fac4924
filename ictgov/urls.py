"""The table of contents of the pages. Each app names its own addresses in its `urls.py`."""

from importlib.util import find_spec

from django.urls import include, path

PAGES = (
    ("", "apps.accounts.urls"),
    ("", "apps.offices.urls"),
    ("", "apps.notices.urls"),
    ("", "apps.approvals.urls"),
    ("", "apps.standards.urls"),
    ("", "apps.initiatives.urls"),
    ("", "apps.dashboards.urls"),
)

urlpatterns = [
    *(path(prefix, include(module)) for prefix, module in PAGES if find_spec(module)),
    path("api/v1/", include("ictgov.api")),
]

handler400 = "apps.accounts.errors.bad_request"
handler403 = "apps.accounts.errors.permission_denied"
handler404 = "apps.accounts.errors.page_not_found"
handler500 = "apps.accounts.errors.server_error"
