"""The table of contents of the API, version 1. Each app names its own addresses in `api/urls.py`."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.accounts.access import access, signed_in


@access(signed_in)
class Description(SpectacularAPIView):
    """The OpenAPI description of every endpoint."""


@access(signed_in)
class Browser(SpectacularSwaggerSplitView):
    """The description as a page to read and try."""


urlpatterns = [
    path("schema/", Description.as_view(), name="schema"),
    path("docs/", Browser.as_view(url_name="schema"), name="api-docs"),
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.offices.api.urls")),
    path("", include("apps.notices.api.urls")),
    path("", include("apps.approvals.api.urls")),
    path("", include("apps.initiatives.api.urls")),
    path("", include("apps.dashboards.api.urls")),
]
