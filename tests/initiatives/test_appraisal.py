"""Golden values to the digit, laws that hold for every series, and an independent library beside our sums."""

from decimal import Decimal

import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.initiatives import appraisal

D = Decimal

COSTS = [D(500_000), D(120_000), D(80_000), D(80_000), D(80_000)]
BENEFITS = [D(0), D(150_000), D(300_000), D(320_000), D(320_000)]
NET = appraisal.net(COSTS, BENEFITS)


def r(value, places=2):
    return str(appraisal.rounded(value, places))


@pytest.mark.parametrize(
    ("rate", "npv", "roi"),
    [("0", "230000.00", "26.74"), ("0.035", "159970.25", "19.22"), ("0.07", "99200.24", "12.27")],
)
def test_golden_npv_and_roi(rate, npv, roi):
    assert r(appraisal.npv(COSTS, BENEFITS, D(rate))) == npv
    assert r(appraisal.roi(COSTS, BENEFITS, D(rate)) * 100) == roi


def test_golden_values_at_seven_percent():
    rate = D("0.07")
    assert r(appraisal.pv(BENEFITS, rate)) == "907560.32"
    assert r(appraisal.pv(COSTS, rate)) == "808360.08"
    assert r(appraisal.bcr(COSTS, BENEFITS, rate), 4) == "1.1227"
    assert r(appraisal.discounted_payback(NET, rate), 4) == "3.4582"


def test_golden_irr_payback_and_switching_value():
    rates = appraisal.irr(NET)
    assert (rates.answer, rates.sign_changes, rates.warns) == ("defined", 1, False)
    assert r(rates.roots[0] * 100, 4) == "13.9752"
    assert r(appraisal.payback(NET), 4) == "3.0417"
    assert r(appraisal.switching_value(COSTS, BENEFITS, D("0.035")) * 100) == "-16.12"


def test_golden_costs_raised_by_eighty_percent():
    first = [COSTS[0] * D("1.8"), *COSTS[1:]]
    every = [cost * D("1.8") for cost in COSTS]
    assert r(appraisal.npv(first, BENEFITS, D("0.07"))) == "-300799.76"
    assert r(appraisal.npv(every, BENEFITS, D("0.07"))) == "-547487.82"


def test_two_roots_are_both_listed_and_warned_about():
    rates = appraisal.irr([D(-1000), D(5000), D(-6000)])
    assert rates.roots == (D(1), D(2))
    assert (rates.answer, rates.warns) == ("several", True)


@pytest.mark.parametrize(
    ("flows", "answer", "roots"),
    [
        ([], "not_defined", ()),
        ([D(0), D(0)], "not_defined", ()),
        ([D(-5), D(-5)], "not_defined", ()),
        ([D(5), D(5)], "not_defined", ()),
        ([D(-1), D(3), D(-3)], "not_defined", ()),  # changes sign twice and is never 0
        ([D(-100), D(110)], "defined", (D("0.1"),)),
        ([D(0), D(0), D(-100), D(110), D(0)], "defined", (D("0.1"),)),
        ([D(-1), D(4), D(-4)], "defined", (D(1),)),  # a double root is one rate
        ([D(-100), D(50)], "defined", (D("-0.5"),)),
    ],
)
def test_irr_of_unusual_flows(flows, answer, roots):
    rates = appraisal.irr(flows)
    assert (rates.answer, rates.roots) == (answer, roots)


def test_never_recovered_and_recovered_at_once():
    assert appraisal.payback([D(-10), D(3), D(3)]) is None
    assert appraisal.payback([D(0), D(5)]) == 0
    assert appraisal.payback([D(-10), D(10)]) == 1
    assert appraisal.payback([]) is None


def test_nothing_spent_and_nothing_gained_have_no_ratio():
    assert appraisal.bcr([D(0)], [D(5)], D(0)) is None
    assert appraisal.roi([D(0)], [D(5)], D(0)) is None
    assert appraisal.switching_value([D(5)], [D(0)], D(0)) is None
    with pytest.raises(ValueError, match="discount rate"):
        appraisal.pv([D(1)], D(-1))


def test_the_sheet_holds_every_figure_at_three_rates():
    sheet = appraisal.appraise(COSTS, BENEFITS)
    assert [column.rate for column in sheet.columns] == [D(0), D("0.035"), D("0.07")]
    assert [r(column.npv) for column in sheet.columns] == ["230000.00", "159970.25", "99200.24"]
    assert r(sheet.payback, 4) == "3.0417"


amounts = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
series = st.lists(amounts, min_size=1, max_size=12)
flow_lists = st.lists(st.integers(-(10**6), 10**6).map(D), min_size=2, max_size=9)
percents = st.integers(0, 40).map(lambda value: D(value) / 100)


@given(series, series, percents)
@settings(deadline=None)
def test_npv_is_benefits_less_costs(costs, benefits, rate):
    difference = appraisal.pv(benefits, rate) - appraisal.pv(costs, rate)
    assert abs(appraisal.npv(costs, benefits, rate) - difference) < D("1e-12")


@given(series, percents)
@settings(deadline=None)
def test_present_value_falls_as_the_rate_rises(flows, rate):
    assert appraisal.pv(flows, rate + D("0.01")) <= appraisal.pv(flows, rate)


@given(series, series, percents)
@settings(deadline=None)
def test_at_the_switching_value_nothing_is_left(costs, benefits, rate):
    change = appraisal.switching_value(costs, benefits, rate)
    if change is not None:
        changed = [benefit * (1 + change) for benefit in benefits]
        scale = max(appraisal.pv(costs, rate), D(1))
        assert abs(appraisal.npv(costs, changed, rate)) < scale * D("1e-20")


@given(flow_lists)
@settings(max_examples=200, deadline=None)
def test_every_root_is_a_root_and_descartes_bounds_their_number(flows):
    rates = appraisal.irr(flows)
    assert len(rates.roots) <= rates.sign_changes
    for rate in rates.roots:
        size = sum(abs(flow) / (1 + rate) ** year for year, flow in enumerate(flows))
        assert abs(appraisal.pv(flows, rate)) <= size * D("1e-12")


@given(st.integers(1, 10**7).map(D), st.lists(st.integers(0, 10**6).map(D), min_size=1, max_size=9))
@settings(deadline=None)
def test_one_payment_then_returns_has_one_rate(first, returns):
    rates = appraisal.irr([-first, *returns])
    assert len(rates.roots) == (1 if any(returns) else 0)


@given(flow_lists, st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_npv_agrees_with_an_independent_library(flows, percent):
    ours = float(appraisal.pv(flows, D(percent) / 100))
    assert ours == pytest.approx(npf.npv(percent / 100, [float(f) for f in flows]), rel=1e-9, abs=1e-6)


def test_irr_agrees_with_an_independent_library():
    assert float(appraisal.irr(NET).roots[0]) == pytest.approx(npf.irr([float(f) for f in NET]), abs=1e-12)
