"""The standards that ship, and which of them are in force on a day."""

from datetime import date

import pytest
from django.core.management import call_command
from django.utils import translation

from apps.standards.models import Standard
from apps.standards.queries import in_force

pytestmark = pytest.mark.django_db


def test_the_file_that_ships_loads_once(capsys):
    call_command("load_standards")
    call_command("load_standards")
    assert capsys.readouterr().out.splitlines() == [
        "Standards: 6 new or changed, 0 known already.",
        "Standards: 0 new or changed, 6 known already.",
    ]


def test_titles_come_in_the_readers_language():
    call_command("load_standards", verbosity=0)
    standard = Standard.objects.get(code="ACCESS-1")
    with translation.override("ar"):
        assert standard.title == "تيسير الاستخدام للجميع"
    with translation.override("de"):
        assert standard.title == "Accessibility of what people use"


def test_in_force_is_a_matter_of_dates(django_assert_num_queries):
    common = {"titles": {"en": "x"}, "body": "x"}
    Standard.objects.create(code="A", valid_from=date(2026, 1, 1), **common)
    Standard.objects.create(code="B", valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1), **common)
    Standard.objects.create(code="C", valid_from=date(2025, 1, 1), status="retired", **common)
    with django_assert_num_queries(1):
        assert [row.code for row in in_force(date(2026, 1, 1))] == ["A"]
    assert [row.code for row in in_force(date(2025, 12, 31))] == ["B"]
