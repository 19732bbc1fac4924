from django.urls import path

from apps.standards import views

app_name = "standards"

urlpatterns = [
    path("standards/", views.standard_list, name="standard-list"),
    path("standards/<str:code>/", views.standard_detail, name="standard-detail"),
]
