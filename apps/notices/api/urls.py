"""Addresses of the API of the inbox."""

from django.urls import path

from apps.notices.api.views import Notices, ReadNotice, ReadNotices

urlpatterns = [
    path("notices/", Notices.as_view(), name="api-notices"),
    path("notices/read/", ReadNotices.as_view(), name="api-notices-read"),
    path("notices/<uuid:notice_id>/read/", ReadNotice.as_view(), name="api-notice-read"),
]
