"""The web entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")

import ictgov.celery  # noqa: E402, F401
from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
