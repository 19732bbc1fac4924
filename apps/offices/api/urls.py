"""Addresses of the API of offices."""

from rest_framework.routers import SimpleRouter

from apps.offices.api import functions, instruments, views

router = SimpleRouter()
router.register("offices", views.OfficeViewSet, basename="api-office")
router.register("functions", functions.FunctionViewSet, basename="api-function")
router.register("evidence", functions.EvidenceViewSet, basename="api-evidence")
router.register("instruments", instruments.InstrumentViewSet, basename="api-instrument")

urlpatterns = router.urls
