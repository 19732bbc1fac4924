"""The table of rates: dated, loaded from a file, whole or not at all; a missing rate is named, and never 1."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import Event
from apps.audit.reasons import Refused
from apps.initiatives import rates
from apps.initiatives.management.commands.load_rates import SHIPPED
from apps.initiatives.models import ExchangeRate

pytestmark = pytest.mark.django_db
HEAD = "date,currency,units_per_usd,source\n"


@pytest.fixture
def load(tmp_path):
    def take_in(text):
        path = tmp_path / "rates.csv"
        path.write_text(text, encoding="utf-8")
        return rates.load_rates(path, by=None)

    return take_in


def test_the_file_that_ships_loads_once(capsys):
    call_command("load_rates")
    call_command("load_rates")
    lines = capsys.readouterr().out.splitlines()
    count = len(SHIPPED.read_text(encoding="utf-8").splitlines()) - 1
    assert lines == [f"Rates: {count} new, 0 known already.", f"Rates: 0 new, {count} known already."]
    assert Event.objects.filter(verb="load_rates").count() == 1


def test_a_rate_is_in_force_until_a_later_one(load, django_assert_num_queries):
    load(HEAD + "2026-01-01,EUR,0.9,x\n2026-07-01,EUR,0.8,x\n2026-07-01,SSP,4000,x\n")
    with django_assert_num_queries(1):
        found = rates.rates_on(date(2026, 6, 30), ["EUR", "SSP", "USD", ""])
    assert (found("EUR").units_per_usd, found("EUR").on) == (Decimal("0.9"), date(2026, 1, 1))
    assert found("SSP") is None
    assert found("USD").units_per_usd == 1
    assert rates.rate_on("EUR", date(2026, 7, 1)).units_per_usd == Decimal("0.8")
    with django_assert_num_queries(0):
        rates.rates_on(date(2026, 6, 30), ["USD"])


def test_a_missing_rate_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        rates.rate_on("SSP", date(2026, 7, 1))
    assert refused.value.reasons[0].code == "rates_not_loaded"
    assert refused.value.reasons[0].params == {"currency": "SSP", "on": "2026-07-01"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "date,currency\n",
        HEAD + "2026-13-01,EUR,1,x\n",
        HEAD + "2026-01-01,EUR,NaN,x\n",
        HEAD + "2026-01-01,EUR,0,x\n",
        HEAD + "2026-01-01,EUR,-1,x\n",
        HEAD + "2026-01-01,EUR,1e30,x\n",
        HEAD + "2026-01-01,EUR,0.12345678901,x\n",
        HEAD + "2026-01-01,eur,1,x\n",
        HEAD + "2026-01-01,EUR,1,\n",
        HEAD + "2026-01-01,EUR\n",
        HEAD + "2026-01-01,EUR,1,x\n2026-01-01,EUR,1,x\n",
        HEAD + '2026-01-01,EUR,1,"x\n',
    ],
)
def test_a_wrong_file_changes_nothing(load, text):
    with pytest.raises(Refused) as refused:
        load(text)
    assert {reason.code for reason in refused.value.reasons} == {"rates_file_wrong"}
    assert not ExchangeRate.objects.exists()


def test_a_published_rate_is_not_rewritten(load):
    load(HEAD + "2026-01-01,EUR,0.9,x\n")
    with pytest.raises(Refused):
        load(HEAD + "2026-01-01,EUR,0.91,x\n2026-02-01,EUR,0.8,x\n")
    assert ExchangeRate.objects.count() == 1


def test_the_command_says_what_is_wrong(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(HEAD + "x,EUR,1,x\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("load_rates", path)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_rates", tmp_path / "none.csv")
