"""Two people in one draft: joined where they touched different answers, both texts where they touched the
same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.initiatives.merge import Conflict, merge, undo
from apps.initiatives.schema.short_1 import SHORT_1

RISK = {"id": "r1", "cause": "Dust", "event": "Fails", "effect": "Paper", "owner": "FTS"}
FULL = {"probability": "", "impact": "", "response": ""}


def joined(base, theirs, mine):
    return merge(SHORT_1, base=base, theirs=theirs, mine=mine)


def test_different_answers_are_joined():
    result = joined({"title": "a"}, {"title": "a", "problem": "theirs"}, {"title": "mine"})
    assert (result.content, result.changed, result.conflicts) == (
        {"title": "mine", "problem": "theirs"},
        ("title",),
        (),
    )


def test_the_same_answer_gives_both_texts_and_keeps_the_standing_one():
    result = joined({"title": "a"}, {"title": "theirs"}, {"title": "mine"})
    assert result.content == {"title": "theirs"}
    assert result.conflicts == (Conflict("title", "mine", "theirs"),)
    assert result.changed == ()


def test_an_answer_that_i_did_not_touch_never_conflicts():
    result = joined({"title": "a"}, {"title": "theirs"}, {"title": "a", "summary": "new"})
    assert (result.content["title"], result.conflicts) == ("theirs", ())


def test_two_cells_of_one_row_are_joined():
    theirs, mine = {**RISK, "event": "They wrote"}, {**RISK, "cause": "I wrote"}
    result = joined({"risks": [RISK]}, {"risks": [theirs]}, {"risks": [mine]})
    assert result.content["risks"] == [{**RISK, **FULL, "cause": "I wrote", "event": "They wrote"}]
    assert result.conflicts == ()


def test_rows_added_by_both_are_kept():
    result = joined({"risks": []}, {"risks": [{**RISK, "id": "t"}]}, {"risks": [{**RISK, "id": "m"}]})
    assert [row["id"] for row in result.content["risks"]] == ["m", "t"]


def test_a_row_removed_here_and_changed_there_stays_and_is_said():
    theirs = {**RISK, **FULL, "cause": "Changed"}
    result = joined({"risks": [{**RISK, **FULL}]}, {"risks": [theirs]}, {"risks": []})
    assert result.content["risks"] == [theirs]
    assert result.conflicts[0].path == "risks/r1"


def test_a_row_removed_there_and_changed_here_stays_and_is_said():
    mine = {**RISK, **FULL, "cause": "Changed"}
    result = joined({"risks": [{**RISK, **FULL}]}, {"risks": []}, {"risks": [mine]})
    assert result.content["risks"] == [mine]
    assert result.conflicts[0].path == "risks/r1"


def test_a_row_removed_and_untouched_is_gone():
    row = {**RISK, **FULL}
    assert joined({"risks": [row]}, {"risks": [row]}, {"risks": []}).content["risks"] == []
    assert joined({"risks": [row]}, {"risks": []}, {"risks": [row]}).content["risks"] == []


def test_a_row_with_some_cells_leaves_the_others():
    row = {**RISK, **FULL}
    result = joined({"risks": [row]}, {"risks": [row]}, {"risks": [{"id": "r1", "cause": "Sand"}]})
    assert result.content["risks"] == [{**row, "cause": "Sand"}]


def test_an_empty_row_is_no_row():
    assert joined({}, {}, {"risks": [{"id": "x", "cause": ""}]}).content["risks"] == []


def test_former_revisions_come_back():
    assert undo({"title": "c"}, [{"title": "b"}, {"title": "a"}]) == {"title": "a"}


texts = st.sampled_from(["", "a", "b", "c"])
leaves = st.fixed_dictionaries({"title": texts, "summary": texts})
rows = st.dictionaries(st.sampled_from("xyz"), texts, max_size=3).map(
    lambda found: {"risks": [{**RISK, **FULL, "cause": value, "id": key} for key, value in found.items()]}
)


@given(leaves, leaves, leaves)
@settings(deadline=None)
def test_every_text_that_was_typed_is_kept_or_answered(base, theirs, mine):
    result = joined(base, theirs, mine)
    for key in base:
        said = {conflict.yours for conflict in result.conflicts if conflict.path == key}
        assert mine[key] == base[key] or mine[key] in {result.content[key], *said}
        assert theirs[key] == base[key] or result.content[key] == theirs[key]


@given(rows, rows, rows)
@settings(deadline=None)
def test_no_typed_cell_is_lost_without_a_word(base, theirs, mine):
    result = joined(base, theirs, mine)
    kept = {row["id"]: row["cause"] for row in result.content["risks"]}
    said = " ".join(f"{c.path} {c.yours} {c.theirs}" for c in result.conflicts)
    before = {row["id"]: row["cause"] for row in base["risks"]}
    for side in (theirs, mine):
        for row in side["risks"]:
            if row["cause"] != before.get(row["id"]) and row["cause"]:
                assert kept.get(row["id"]) == row["cause"] or row["id"] in said


@given(leaves, leaves)
@settings(deadline=None)
def test_alone_everything_is_taken(base, mine):
    assert joined(base, base, mine).content == mine
