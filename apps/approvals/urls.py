"""The addresses of the review. A case is named by its number or, while it has none, by its id (seam 17)."""

from django.urls import path

from apps.approvals.views import home

app_name = "approvals"
urlpatterns = [
    path("", home.my_work, name="my-work"),
]
