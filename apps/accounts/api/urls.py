"""Addresses of the API about oneself."""

from django.urls import path

from apps.accounts.api.views import Me

urlpatterns = [path("me/", Me.as_view(), name="api-me")]
