"""Run inside the image, from its standard input: the people of the demonstration, without their cases.

Who decides or administers gets an authenticator app with the secret that is given as the argument.
"""

import sys
from datetime import timedelta

import django

django.setup()

from allauth.mfa.totp.internal.auth import TOTP  # noqa: E402
from django.conf import settings  # noqa: E402

from apps.accounts.factors import needs_factor  # noqa: E402
from apps.accounts.models import User  # noqa: E402
from apps.approvals.services import set_parameter  # noqa: E402
from apps.audit import clock  # noqa: E402
from apps.initiatives.demo import play  # noqa: E402

settings.ICTGOV_CLOCK_SETTABLE = True  # of this process alone, which lives the past through
play.load(with_cases=False)
set_parameter(
    key="decision.cooling_off_minutes",
    value=1,
    valid_from=(clock.now() - timedelta(days=1)).date(),
    source="Trial",
    by=None,
)
for person in User.objects.filter(is_active=True, is_service=False):
    if needs_factor(person):
        TOTP.activate(person, sys.argv[1])
print("loaded")
