"""Settings, read once from the environment; a missing one stops the start with a sentence that says what to set."""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("ICTGOV_DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="only-for-a-first-look-not-for-production")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "guardian",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "ictgov",
    "apps.audit",
    "apps.accounts",
    "apps.notices",
    "apps.offices",
    "apps.approvals",
    "apps.standards",
    "apps.initiatives",
    "apps.dashboards",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "ictgov.urls"
WSGI_APPLICATION = "ictgov.wsgi.application"

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://ictgov_app@/ictgov?host=var/run")}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
USE_TZ = True
TIME_ZONE = "UTC"
ICTGOV_CLOCK_SETTABLE = env.bool("ICTGOV_CLOCK_SETTABLE", default=False)
