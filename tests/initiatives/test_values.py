"""What is typed, from any door: normalised where clear, kept as typed where not, refused where it cannot be
kept."""

import pytest

from apps.initiatives.schema.fields import Field, Kind
from apps.initiatives.schema.values import HARD_LIMIT, amount_of, clean, problem

AMOUNT = Field("amount", "Amount", Kind.AMOUNT)
DATE = Field("date", "Date", Kind.DATE)
YEAR = Field("year", "Year", Kind.YEAR, least=2000, limit=2100)
WORDS = Field("words", "Words", Kind.NARRATIVE, limit=10)
LINE = Field("line", "Line", limit=10)


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1250.5", "1250.5"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1 250,50", "1250.50"),
        ("1\u202f250\u00a0000", "1250000"),
        ("1,250,000", "1250000"),
        ("1.250.000", "1250000"),
        ("12,5", "12.5"),
        ("1'250", "1250"),
        ("١٬٢٥٠٫٥٠", "1250.50"),
        ("۱۲۵۰", "1250"),
        ("१२५०", "1250"),
        ("１２５０．５", "1250.5"),
        ("0012", "12"),
        ("0", "0"),
        (1250, "1250"),
        ("", ""),
    ],
)
def test_amounts_are_read_in_every_script(typed, kept):
    value, reasons = clean(AMOUNT, typed)
    assert (value, reasons, problem(AMOUNT, value)) == (kept, [], None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("twelve", "amount_invalid"),
        ("1e5", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("Infinity", "amount_invalid"),
        ("1,2,3", "amount_invalid"),
        ("0x10", "amount_invalid"),
        ("½", "amount_invalid"),
        ("-5", "amount_negative"),
        ("1.234", "amount_ambiguous"),
        ("1.23456", "amount_decimals"),
        ("9" * 14, "amount_too_large"),
    ],
)
def test_a_wrong_amount_is_kept_and_asked_about(typed, code):
    value, reasons = clean(AMOUNT, typed)
    assert (value, reasons) == (typed, [])
    assert problem(AMOUNT, value).code == code
    assert amount_of(value) is None


@pytest.mark.parametrize(
    ("typed", "kept", "code"),
    [
        ("2027-06-30", "2027-06-30", None),
        ("2027/6/3", "2027-06-03", None),
        ("٢٠٢٧-٠٦-٣٠", "2027-06-30", None),
        ("30/06/2027", "30/06/2027", "date_invalid"),
        ("2027-02-30", "2027-02-30", "date_invalid"),
        ("0000-00-00", "0000-00-00", "date_invalid"),
    ],
)
def test_dates_are_year_month_day(typed, kept, code):
    value, reasons = clean(DATE, typed)
    found = problem(DATE, value)
    assert (value, reasons, found.code if found else None) == (kept, [], code)


def test_years_are_whole_numbers_in_range():
    assert clean(YEAR, "٢٠٢٧") == ("2027", [])
    assert problem(YEAR, "1999").code == "number_out_of_range"
    assert problem(YEAR, "20 27x").code == "number_out_of_range"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("a\0b", "text_has_nul"),
        ("a\ud800b", "text_has_surrogate"),
        ("x" * (HARD_LIMIT + 1), "text_far_too_long"),
        (1.5, "value_wrong_type"),
        ([], "value_wrong_type"),
        ({}, "value_wrong_type"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(typed, code):
    assert codes(clean(WORDS, typed)[1]) == [code]


def test_text_is_composed_trimmed_and_keeps_its_lines():
    assert clean(WORDS, "  e\u0301\r\nb\rc ")[0] == "é\nb\nc"
    assert clean(LINE, "a\nb")[0] == "a b"
    assert problem(WORDS, "x" * 11).code == "text_too_long"


def test_choices_are_keys():
    field = Field("kind", "Kind", Kind.CHOICE, choices=(("a", "A"),))
    assert clean(field, "a") == ("a", [])
    assert codes(clean(field, "A")[1]) == ["choice_unknown"]
    assert clean(Field("yes", "?", Kind.YES_NO), True) == ("yes", [])


def test_rows_have_names_and_known_cells():
    field = Field("rows", "Rows", Kind.ROWS, limit=2, columns=(LINE, AMOUNT))
    assert clean(field, [{"id": "a", "amount": "1,000"}]) == ([{"id": "a", "amount": "1000"}], [])
    assert clean(field, None) == ([], [])
    assert codes(clean(field, {"id": "a"})[1]) == ["value_wrong_type"]
    assert codes(clean(field, [1])[1]) == ["value_wrong_type"]
    assert codes(clean(field, [{"line": "x"}])[1]) == ["row_id_invalid"]
    assert codes(clean(field, [{"id": "a"}, {"id": "a"}])[1]) == ["row_id_invalid"]
    assert codes(clean(field, [{"id": "a/b"}])[1]) == ["row_id_invalid"]
    assert codes(clean(field, [{"id": "a", "other": "x"}])[1]) == ["field_unknown"]
    assert codes(clean(field, [{"id": f"r{n}"} for n in range(3)])[1]) == ["rows_too_many"]
    assert clean(field, [{"id": "a", "line": "\0"}])[1][0].field == "rows/a/line"
