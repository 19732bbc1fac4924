from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from apps.audit.canonical import canonical_json, sha256_hex

GOLDEN = [
    ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
    ({"é": "e\u0301"}, '{"é":"é"}'),
    ({"amount": Decimal("1E+3")}, '{"amount":"1000"}'),
    ({"amount": Decimal("12.50")}, '{"amount":"12.50"}'),
    (
        datetime(2026, 3, 2, 15, 0, tzinfo=timezone(timedelta(hours=3))),
        '"2026-03-02T12:00:00.000000Z"',
    ),
    (date(2026, 3, 2), '"2026-03-02"'),
    (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    ('"\\\n\u2028العربية', '"\\"\\\\\\n\u2028العربية"'),
    ((1, 2), "[1,2]"),
    (10**30, "1" + "0" * 30),
]


@pytest.mark.parametrize(("value", "text"), GOLDEN)
def test_canonical_json_is_one_text(value: Any, text: str) -> None:
    assert canonical_json(value) == text


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2026, 1, 1),  # noqa: DTZ001
        {1: 2},
        {"é": 1, "e\u0301": 2},
        "a\x00",
        "\ud800",
        {1, 2},
        b"x",
        gettext_lazy("lazy"),
        object(),
    ],
)
def test_what_cannot_be_written_twice_alike_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json({"value": value})


def test_sha256_hex_is_of_the_utf8() -> None:
    assert sha256_hex("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_order_of_keys_and_zone_do_not_matter() -> None:
    one = {"x": datetime(2026, 1, 1, 12, tzinfo=UTC), "a": 1}
    other = {"a": 1, "x": datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=-5)))}
    assert canonical_json(one) == canonical_json(other)
