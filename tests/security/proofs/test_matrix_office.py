"""Every door of a case by every persona, while the office and the desks have it."""

import pytest

from tests.security.proofs.rights import PERSONAS
from tests.security.proofs.walking import walk_state
from tests.security.proofs.world import STATES, World

pytestmark = pytest.mark.slow
STATES_OF_THE_WORLD = STATES[:6]


@pytest.mark.parametrize("state", STATES_OF_THE_WORLD)
def test_doors_of_a_case(world: World, state: str) -> None:
    walk = walk_state(world, state, PERSONAS)
    assert walk.wrong == []
    assert walk.cells > 1_100
