"""The demonstration portfolio: complete, proven, and loaded once."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from apps.approvals.models import Case


@pytest.fixture
def demonstration(db, settings):
    settings.ICTGOV_DEMO = True
    call_command("load_demo", verbosity=0)


def test_x(demonstration, capsys):
    print(Counter(Case.objects.values_list("stage", "outcome")))
