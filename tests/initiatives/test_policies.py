"""What stands against handing a case on, named by field; the tier and the answer that set it; the facts."""

from decimal import Decimal

import pytest

from apps.audit import reasons
from apps.initiatives import appraisal, policies
from apps.initiatives.facts import FACT_TYPES, facts_of
from apps.initiatives.figures import figures
from apps.initiatives.schema.short_1 import SHORT_1
from apps.initiatives.tiers import Thresholds, tier_of
from tests.initiatives.content import complete_case, rates

DATA = policies.Asked("DATA-1", "Open formats", mandatory=True)


THRESHOLDS = Thresholds(Decimal(200_000), Decimal(2_000_000), 8, 15)


def found(content, standards=()):
    return policies.reasons_in(content, figures=figures(content, rates), standards=standards)


def pairs(content, standards=()):
    return [(reason.code, reason.field) for reason in found(content, standards)]


def test_a_complete_case_has_nothing_against_it():
    assert found(complete_case()) == []


def test_the_golden_case_gives_the_golden_figures():
    counted = figures(complete_case(), rates)
    assert counted.years == (2027, 2028, 2029, 2030, 2031)
    assert counted.value_usd == Decimal("860000.00")
    assert [appraisal.rounded(column.npv) for column in counted.sheet.columns] == [
        Decimal("230000.00"),
        Decimal("159970.25"),
        Decimal("99200.24"),
    ]


def test_an_empty_draft_names_every_needed_answer_once_and_in_order():
    reasons_found = found({})
    keys = [reason.field for reason in reasons_found]
    assert keys == [key for key, field in SHORT_1.by_key.items() if field.required]
    assert all(reasons.sentence(reason) for reason in reasons_found)


def without(rows, **changes):
    return [{**row, **changes} for row in rows]


CASE = complete_case()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"data_owner": ""}, "data_owner_missing", "data_owner"),
        ({"title": "x" * 161}, "text_too_long", "title"),
        ({"urgency": "field_urgent"}, "answer_missing", "urgency_reason"),
        ({"personal_data": "yes"}, "answer_missing", "personal_data_words"),
        ({"hosting": "undecided"}, "hosting_undecided", "hosting"),
        ({"options": CASE["options"][:2]}, "options_too_few", "options"),
        ({"options": without(CASE["options"], kind="buy")}, "options_without_reuse", "options"),
        ({"options": without(CASE["options"], chosen="yes")}, "options_not_chosen", "options"),
        ({"funding": without(CASE["funding"], status="unfunded")}, "running_cost_unfunded", "funding"),
        ({"funding": without(CASE["funding"], period_end="2030-06-30")}, "running_cost_unfunded", "funding"),
        ({"funding": without(CASE["funding"], period_end="2020-01-01")}, "running_cost_unfunded", "funding"),
        (
            {"funding": without(CASE["funding"], fund_code="", section="")},
            "running_cost_unfunded",
            "funding",
        ),
        ({"costs": CASE["costs"][:4]}, "years_with_gap", "costs"),
        ({"costs": CASE["costs"][1:]}, "years_too_few", "costs"),
        ({"costs": without(CASE["costs"], one_time="0", recurrent="0")}, "costs_all_zero", "costs"),
        (
            {"benefits": without(CASE["benefits"][:1], currency="")},
            "benefit_without_currency",
            "benefits/b1/currency",
        ),
        (
            {"benefits": without(CASE["benefits"][:1], kind="staff_time")},
            "staff_time_unsaid",
            "benefits/b1/cashable",
        ),
        (
            {"benefits": without(CASE["benefits"][:1], first_year="2040")},
            "benefit_after_years",
            "benefits/b1/first_year",
        ),
        ({"confirmed": "no"}, "not_confirmed", "confirmed"),
    ],
)
def test_what_stands_against_handing_on(changes, code, field):
    assert (code, field) in pairs(complete_case(**changes))


def test_a_cell_is_named_by_its_row():
    rows = without(CASE["costs"])
    rows[0]["one_time"] = "twelve"
    rows[1]["currency"] = ""
    assert pairs(complete_case(costs=rows)) == [
        ("amount_invalid", "costs/c2027/one_time"),
        ("cell_missing", "costs/c2029/currency"),
    ]


def test_a_currency_without_a_rate_is_an_error_and_never_one():
    rows = without(CASE["costs"], currency="XXX")
    assert figures(complete_case(costs=rows), rates).value_usd == 0
    assert ("rate_missing", "costs/c2027/currency") in pairs(complete_case(costs=rows))


def test_other_currencies_are_counted_in_dollars():
    rows = without(CASE["costs"], currency="EUR")
    assert figures(complete_case(costs=rows), rates).value_usd == Decimal("1075000.00")


def test_staff_time_counts_only_where_a_post_or_contract_shrinks():
    rows = without(CASE["benefits"], kind="staff_time", cashable="no")
    assert set(figures(complete_case(benefits=rows), rates).benefits) == {Decimal(0)}
    rows = without(CASE["benefits"], kind="staff_time", cashable="yes")
    assert sum(figures(complete_case(benefits=rows), rates).benefits) == Decimal(1_090_000)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (None, "standard_unanswered"),
        ({"answer": "fails", "words": "w"}, "standard_failed"),
        ({"answer": "partly"}, "standard_without_words"),
        ({"answer": "complies"}, None),
        ({"answer": "exception", "words": "Until 2028."}, None),
    ],
)
def test_mandatory_standards(row, code):
    content = complete_case(standards=[{"id": "DATA-1", **row}] if row else [])
    assert [reason.code for reason in found(content, [DATA])] == ([code] if code else [])


def test_hard_stops_stand_apart():
    content = complete_case(data_owner="", title="", funding=without(CASE["funding"], status="unfunded"))
    stops = policies.hard_stops(content, figures=figures(content, rates))
    assert [reason.code for reason in stops] == ["data_owner_missing", "running_cost_unfunded"]


def test_completeness_says_how_far_each_section_is():
    content = complete_case(title="")
    lines = policies.completeness(SHORT_1, content, found(content))
    assert [line.section.key for line in lines if not line.is_complete] == ["identity"]
    assert (lines[0].given, lines[0].needed) == (8, 9)


def tier(**changes):
    content = complete_case(**changes)
    return tier_of(content, value_usd=figures(content, rates).value_usd, thresholds=THRESHOLDS)


SMALL = without(CASE["costs"], one_time="1000", recurrent="0")


@pytest.mark.parametrize(
    ("changes", "number", "set_by"),
    [
        ({"costs": SMALL}, 1, "tier.value_within"),
        ({}, 2, "tier.value_above"),
        ({"costs": without(CASE["costs"], one_time="900000")}, 3, "tier.value_above"),
        ({"costs": SMALL, "novelty": "new_here"}, 2, "tier.novelty.new_here"),
        ({"costs": SMALL, "novelty": "new"}, 3, "tier.novelty.new"),
        ({"costs": SMALL, "reach": "organization"}, 3, "tier.reach.organization"),
        ({"costs": SMALL, "major": "yes"}, 3, "tier.major"),
        (
            {"costs": SMALL, "sensitivity": "strictly_confidential"},
            3,
            "tier.sensitivity.strictly_confidential",
        ),
        ({"costs": SMALL, "personal_data": "yes"}, 2, "tier.personal_data"),
        ({"costs": SMALL, "standards": [{"id": "DATA-1", "answer": "exception"}]}, 2, "tier.exception"),
        ({"costs": SMALL, "risks": without(CASE["risks"], probability="4", impact="2")}, 2, "tier.risk"),
        ({"costs": SMALL, "risks": without(CASE["risks"], probability="5", impact="3")}, 3, "tier.risk"),
    ],
)
def test_the_worst_answer_sets_the_tier_and_is_named(changes, number, set_by):
    reached = tier(**changes)
    assert reached.number == number
    assert set_by in {answer.code for answer in reached.set_by}


@pytest.mark.parametrize(
    ("amount", "number"), [("40000.00", 1), ("40000.01", 2), ("400000.00", 2), ("400000.01", 3)]
)
def test_the_limits_themselves_are_inside(amount, number):
    assert tier(costs=without(CASE["costs"], one_time=amount, recurrent="0")).number == number


def test_facts_are_flat_and_typed():
    content = complete_case(personal_data="yes", personal_data_words="Names of drivers.")
    counted = figures(content, rates)
    reached = tier_of(content, value_usd=counted.value_usd, thresholds=THRESHOLDS)
    facts = facts_of(content, figures=counted, tier=reached, office_kind="field_mission", language="en")
    assert facts["tier"] == 2
    assert facts["value_usd"] == "860000.00"
    assert (facts["security_review"], facts["major"], facts["office_kind"]) == (
        True,
        False,
        "field_mission",
    )
    assert {key: type(value) for key, value in facts.items()} == FACT_TYPES
