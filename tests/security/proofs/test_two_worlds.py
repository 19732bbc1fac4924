"""Two worlds that differ only in what a persona may not see look the same to them, to the last byte.

Each persona crawls a world into which thirty cases have come that none of them may see, and then the world without
them. Counts, totals, pages, facets, sorts, the order of rows, "already exists", numbers:
whatever depends on what is hidden shows as a difference.
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from apps.accounts.navigation import forget_held
from apps.approvals.models import Case, Turn
from apps.audit import clock
from apps.initiatives import services as initiatives
from apps.initiatives.models import Initiative
from tests.security.proofs.crawling import crawl
from tests.security.proofs.walking import body_of
from tests.security.proofs.world import SCREENED, World, canary

pytestmark = [pytest.mark.slow, pytest.mark.proof]
STATES_OF_THE_WORLD = ("draft", "assessing", "deciding", "approved")
#: The auditors see everything; nothing can be hidden from them.
VIEWERS = (
    *("anonymous", "submitter", "other_submitter", "head", "reviewer", "unassigned", "approver", "delegate"),
    *("expired", "admin", "token_write"),
)
PAIRS = 1_800
#: What who keeps the portal needs to know: how much waits, and who alone has a turn (never which case it is).
KEPT_BY_THE_ADMINISTRATOR = ("/health/", "/posts/")
MASKS = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), "csrf"),
    (re.compile(r'"X-CSRFToken": ?"[^"]+"|X-CSRFToken&quot;: ?&quot;\w+'), "csrf"),
    (re.compile(r'nonce="[^"]+"'), "nonce"),
    (re.compile(r'name="idempotency_key" value="[^"]+"'), "key"),
)


def masked(text: str) -> str:
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def hide_thirty(world: World) -> None:
    """Fifteen drafts of another office, and fifteen confidential cases of the persona's own, one of them late."""
    for number in range(15):
        initiatives.start_draft(
            office=world.org.office("UNOG"),
            answers=SCREENED,
            title=canary("draft", "nobody", f"hidden{number}"),
            language="en",
            by=world.people["unog-submitter"],
        )
    one = world.cases["deciding"]
    subject = world.initiative("deciding")
    at = clock.now()
    for number in range(15):
        title = canary("deciding", "nobody", f"hidden{number}")
        hidden = Initiative.objects.create(
            office=subject.office, title=title, summary=title, language="en", kind=subject.kind,
            screening=subject.screening, created_by=world.people["unog-head"], created_at=at,
        )  # fmt: skip
        case = Case.objects.create(
            subject_kind=one.subject_kind, subject_id=hidden.pk, route=one.route, reference=f"OICT-HIDDEN-{number}",
            stage="intake", version_number=1, version_hash=one.version_hash, facts=one.facts, office=one.office,
            tier=one.tier, value_usd=one.value_usd, title=title, confidential=True, submitted_at=at, opened_at=at,
            stage_entered_at=at,
        )  # fmt: skip
        Initiative.objects.filter(pk=hidden.pk).update(case_id=case.pk)
        Turn.objects.create(
            case=case, round=1, visit=1, stage="intake", desk="oict_intake", step="acknowledge",
            office=world.org.office("OICT"),
            seats=["duty_officer@oict"], side="oict", capacity="intake", opened_at=at, days=1, days_left=1,
            clock_from=at, due_at=at - timedelta(days=number - 7),
        )  # fmt: skip


def _ask(world: World, persona: str) -> dict[str, tuple[int, str]]:
    forget_held()
    return {
        address: (one.status_code, masked(body_of(one)))
        for address, one in crawl(world, persona, most=320)
        if not address.startswith("/profile/sessions/")  # each crawl is a sign-in of its own
    }


def test_what_is_hidden_changes_nothing(world: World) -> None:
    with transaction.atomic():
        hide_thirty(world)
        assert "hidden0" in body_of(world.pages("auditor").get("/?tab=all"))  # who may see it does
        with_hidden = {persona: _ask(world, persona) for persona in VIEWERS}
        transaction.set_rollback(True)
    pairs, different = 0, []
    for persona in VIEWERS:
        without = _ask(world, persona)
        assert without.keys() == with_hidden[persona].keys(), persona
        for address, answer in without.items():
            if persona == "admin" and address.startswith(KEPT_BY_THE_ADMINISTRATOR):
                continue
            pairs += 1
            if answer != with_hidden[persona][address]:
                different.append(
                    f"{persona} {address}: {_where(answer[1], with_hidden[persona][address][1])}"
                )
    print(f"{pairs} pairs of answers, {len(different)} different", *different, sep="\n")
    assert different == []
    assert pairs >= PAIRS


def _where(before: str, after: str) -> str:
    pairs = enumerate(zip(before, after, strict=False))
    place = next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))
    return f"{before[place - 60 : place + 60]!r} became {after[place - 60 : place + 60]!r}"
