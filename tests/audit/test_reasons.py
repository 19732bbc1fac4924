from typing import Any

import pytest
from django.utils import translation

from apps.audit import reasons
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if

reasons.register_sentences(
    {"test.late": "It was due on {day}."}, remedies={"test.late": "Ask {who}.", "test.ask": "Ask."}
)


def test_sentence_takes_its_parameters() -> None:
    reason = Reason("test.late", {"day": "Monday", "who": "the CITO"})
    assert reasons.sentence(reason) == "It was due on Monday."
    assert reasons.remedy_of(reason) == "Ask the CITO."
    assert reasons.remedy_of(Reason("test.late", {}, remedy="test.ask")) == "Ask."


def test_unknown_code_is_a_bug_under_tests_and_a_code_in_production(settings: Any) -> None:
    with pytest.raises(LookupError):
        reasons.sentence(Reason("test.nobody_knows"))
    settings.ICTGOV_TESTING = False
    assert reasons.sentence(Reason("test.nobody_knows")) == "test.nobody_knows"
    assert reasons.sentence(Reason("test.late")) == "It was due on {day}."


def test_refusal_needs_a_reason_and_knows_its_status() -> None:
    with pytest.raises(ValueError, match="reason"):
        Refused(Kind.CONFLICT, [])
    with pytest.raises(Refused) as caught:
        refuse("not_ready", Reason("test.late"), Reason("test.ask"))
    assert (caught.value.status, len(caught.value.reasons)) == (409, 2)
    refuse_if(Kind.INVALID, [])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("not_found", 404),
        ("not_allowed", 403),
        ("not_ready", 409),
        ("conflict", 409),
        ("invalid", 400),
        ("unavailable", 503),
    ],
)
def test_kinds_have_their_status(kind: str, status: int) -> None:
    assert Kind(kind).status == status


def test_code_has_one_sentence() -> None:
    reasons.register_sentences({"test.late": "It was due on {day}."})
    with pytest.raises(ValueError, match="two sentences"):
        reasons.register_sentences({"test.late": "Another."})


def test_every_sentence_can_be_rendered_in_every_language() -> None:
    for language in ("ar", "zh-hans", "en", "fr", "ru", "es"):
        with translation.override(language):
            for code in reasons.registered_codes():
                assert str(reasons._sentences[code])


def test_day_keeps_its_order_from_right_to_left() -> None:
    reason = Reason("test.late", {"day": "2026-07-24"})
    with translation.override("ar"):
        assert reasons.sentence(reason) == "It was due on \u20662026-07-24\u2069."
    assert reasons.sentence(reason) == "It was due on 2026-07-24."
