"""Whatever a persona reaches by links, searches, exports, API, letters and mails: no text of others turns up."""

import pytest

from tests.security.proofs import rights
from tests.security.proofs.crawling import crawl, messages_to
from tests.security.proofs.rights import PERSONAS
from tests.security.proofs.walking import body_of, leaks_in
from tests.security.proofs.world import STATES, World, canaries_in

pytestmark = pytest.mark.slow
NOBODYS = ("anonymous", "inactive")


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_text_reaches_who_it_is_not_for(world: World, persona: str, record_property: object) -> None:
    seen: set[tuple[str, str, str]] = set()
    leaks, pages = [], 0
    for address, answer in crawl(world, persona):
        assert answer.status_code < 500, address
        text = body_of(answer)
        pages += 1
        seen |= canaries_in(text)
        leaks += [f"{address}: {leak}" for leak in leaks_in(world, persona, text)]
    mails = messages_to(world, persona)
    for text in mails:
        leaks += [f"a mail: {leak}" for leak in leaks_in(world, persona, text)]
    assert leaks == []
    print(f"{persona}: {pages} answers, {len(mails)} mails, {len(seen)} canaries of their own")
    if persona in NOBODYS:
        assert seen == set()
        return
    # and what is theirs is found: a crawl that reaches nothing proves nothing
    shown = {state for state, _audience, _name in seen}
    least = "card" if persona not in rights.TOKENS else "summary"
    assert shown == {state for state in STATES if rights.sees(persona, state, least)}
