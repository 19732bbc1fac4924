"""Addresses of the API of the inbox."""

from django.urls import path

from apps.notices.api.views import MessagePreferences, Notices, ReadNotice, ReadNotices

urlpatterns = [
    path("notices/", Notices.as_view(), name="api-notices"),
    path("notices/preferences/", MessagePreferences.as_view(), name="api-message-preferences"),
    path("notices/read/", ReadNotices.as_view(), name="api-notices-read"),
    path("notices/<uuid:notice_id>/read/", ReadNotice.as_view(), name="api-notice-read"),
]
