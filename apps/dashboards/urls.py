"""The addresses of the roof: dashboard, register, health, help."""

from django.urls import path

from apps.dashboards.views import health, help, portfolio, register

app_name = "dashboards"
urlpatterns = [
    path("dashboard/", portfolio.dashboard, name="dashboard"),
    path("dashboard/cases/", portfolio.cases, name="cases"),
    path("register/", register.register, name="register"),
    path("register/events/<uuid:event_id>/", register.event, name="event"),
    path("register/verify/", register.verify, name="verify"),
    path("register/verifications/<uuid:verification_id>/", register.verification, name="verification"),
    path("register/verifications/<uuid:verification_id>/continue/", register.verify_on, name="verify-on"),
    path("register/verify-a-copy/", register.verify_copy, name="verify-copy"),
    path("register/download/", register.download, name="register-download"),
    path("register/verifier.py", register.download_verifier, name="verifier"),
    path("register/checkpoints.jsonl", register.download_checkpoints, name="checkpoints"),
    path("register/public-keys.txt", register.download_keys, name="checkpoint-keys"),
    path("register/offline/", register.offline, name="offline"),
    path("health/", health.health, name="health"),
    path("help/", help.index, name="help"),
    path("help/glossary/", help.glossary, name="glossary"),
    path("help/keyboard/", help.keyboard, name="keyboard"),
    path("help/<slug:key>/", help.guide, name="guide"),
]
