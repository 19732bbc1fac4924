#!/usr/bin/env python
"""The command line of the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")
    from django.core.management import execute_from_command_line

    import ictgov.celery  # noqa: F401  (the task application is set wherever Django starts, seam 20)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
