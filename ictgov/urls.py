"""The table of contents of the pages."""

from django.urls import path  # noqa: F401

urlpatterns: list = []

handler400 = "apps.accounts.errors.bad_request"
handler403 = "apps.accounts.errors.permission_denied"
handler404 = "apps.accounts.errors.page_not_found"
handler500 = "apps.accounts.errors.server_error"
