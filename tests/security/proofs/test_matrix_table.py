"""The table of doors is whole: every address of the resolver has a row, and every row is an address."""

import pytest

from tests.security.proofs.doors import ACT_PAGE, DOORS
from tests.security.proofs.rights import PERSONAS
from tests.security.proofs.walking import patterns, walk_rest
from tests.security.proofs.world import World

HOW = """
{pattern} has no row in tests/security/proofs/doors.py. Add one to DOORS, for example
    "{pattern}": signed_in(),          any signed-in person (post=400 for a form, with what it says to an empty one)
    "{pattern}": auditors(),           the auditors' only
    "{pattern}": only(("admin",)),     these personas; the others are not allowed
    "{pattern}": case("full"),         a part of a case, for who sees it at this level or more; else not found
    "{pattern}": public(),             anyone"""


def test_every_address_has_a_row() -> None:
    missing = [pattern for pattern in patterns() if pattern not in DOORS and pattern != ACT_PAGE]
    assert not missing, "".join(HOW.format(pattern=pattern) for pattern in missing)


def test_every_row_is_an_address() -> None:
    known = set(patterns())
    assert [pattern for pattern in DOORS if pattern not in known] == []


@pytest.mark.slow
@pytest.mark.parametrize("persona", PERSONAS)
def test_doors_that_belong_to_no_case(world: World, persona: str) -> None:
    """Each answer is read for what it shows of the cases in all twelve states."""
    walk = walk_rest(world, persona)
    assert walk.wrong == []
    assert walk.cells >= 400
