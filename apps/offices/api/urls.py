"""Addresses of the API of offices."""

from rest_framework.routers import SimpleRouter

from apps.offices.api import instruments, views

router = SimpleRouter()
router.register("offices", views.OfficeViewSet, basename="api-office")
router.register("functions", views.FunctionViewSet, basename="api-function")
router.register("instruments", instruments.InstrumentViewSet, basename="api-instrument")

urlpatterns = router.urls
