"""The web entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")

from django.core.wsgi import get_wsgi_application

import ictgov.celery  # noqa: F401

application = get_wsgi_application()
