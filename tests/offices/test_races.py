"""Many at once: one wins, the others get a clear answer, and nobody gets an error page."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from apps.audit import clock
from apps.audit.reasons import Refused
from apps.offices import services
from apps.offices.models import Instrument, InstrumentCoverage, PostHolding
from apps.offices.permissions import reasons_against_exercising
from apps.offices.services import instruments
from tests.factories.offices import make_organization, make_person

CLIENTS = 16

pytestmark = pytest.mark.django_db(transaction=True)


def race(acts: list[Callable[[], object]]) -> Counter[str]:
    """Run all acts at the same moment, each on its own connection; count what came of them."""
    found: Counter[str] = Counter()
    gate, lock = threading.Barrier(len(acts)), threading.Lock()

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            act()
            answer = "done"
        except Refused as refused:
            answer = f"{refused.kind}: {refused.reasons[0].code}"
        except Exception as error:
            answer = f"error: {error!r}"
        finally:
            connection.close()
        with lock:
            found[answer] += 1

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return found


def test_sixteen_issue_the_same_function_and_one_holds_it() -> None:
    made = make_organization()
    posts = ["ict", "unifil-ict", "escap-ict", "head"]

    def issue(n: int) -> Callable[[], object]:
        return lambda: made.issue(posts[n % 4], ["16b", "16c"], ["UNMISS", "UNIFIL"])

    found = race([issue(n) for n in range(CLIENTS)])
    assert found == {"done": 1, "conflict: offices.held_already": CLIENTS - 1}
    assert (Instrument.objects.count(), InstrumentCoverage.objects.count()) == (1, 4)


def test_the_constraint_alone_lets_one_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the question beforehand and the counter's lock, the database still gives one and a clear
    conflict."""
    made = make_organization()
    monkeypatch.setattr(instruments.policies, "overlaps_of", lambda *args: [])
    monkeypatch.setattr(instruments.coverage, "hold_still", lambda: None)
    until = clock.now() + timedelta(days=30)

    def issue(n: int) -> Callable[[], object]:
        return lambda: made.issue("ict", ["16b", "16c"], ["UNMISS"], number=f"R-{n}", valid_until=until)

    found = race([issue(n) for n in range(CLIENTS)])
    assert found == {"done": 1, "conflict: offices.held_by_another": CLIENTS - 1}
    assert (Instrument.objects.count(), InstrumentCoverage.objects.count()) == (1, 2)


def test_sixteen_revoke_and_one_does() -> None:
    made = make_organization()
    instrument = made.issue("officer", ["18"], ["UNMISS"])
    cito = made.people["cito"]

    def revoke() -> None:
        services.revoke_instrument(instrument=instrument, reason="Race", by=cito)

    found = race([revoke] * CLIENTS)
    assert found == {"done": 1, "conflict: offices.already_revoked": CLIENTS - 1}


def test_sixteen_take_one_post_and_one_holds_it() -> None:
    made = make_organization()
    services.end_holding(holding=made.posts["officer"].holdings.get(), by=None)
    people = [make_person(f"Candidate {n}") for n in range(CLIENTS)]
    at = clock.now()

    def take(n: int) -> Callable[[], object]:
        return lambda: services.assign_post(
            post=made.posts["officer"], user=people[n], from_=at, by=made.people["admin"]
        )

    found = race([take(n) for n in range(CLIENTS)])
    assert found == {"done": 1, "conflict: offices.post_is_held": CLIENTS - 1}
    assert PostHolding.objects.filter(post=made.posts["officer"], during__contains=clock.now()).count() == 1


def test_a_revocation_waits_for_the_act_that_read_before_it() -> None:
    """The act holds the coverage FOR SHARE: the revocation commits after it, never in between."""
    made = make_organization()
    instrument = made.issue("officer", ["18"], ["UNMISS"])
    order: list[str] = []
    read = threading.Event()

    def decide() -> None:
        with transaction.atomic():
            check = reasons_against_exercising(
                user=made.people["officer"],
                function="18",
                office_id=made.offices["UNMISS"].pk,
                amount_usd=Decimal(1),
                at=clock.now(),
                lock=True,
            )
            assert check.allowed
            read.set()
            threading.Event().wait(0.4)
            order.append("decided")

    def revoke() -> None:
        read.wait(timeout=30)
        services.revoke_instrument(instrument=instrument, reason="Race", by=made.people["cito"])
        order.append("revoked")

    assert race([decide, revoke]) == {"done": 2}
    assert order == ["decided", "revoked"]


def test_an_act_that_waits_for_a_revocation_finds_the_authority_gone() -> None:
    made = make_organization()
    instrument = made.issue("officer", ["18"], ["UNMISS"])
    locked = threading.Event()
    answers: list[bool] = []

    def revoke() -> None:
        with transaction.atomic():
            services.revoke_instrument(instrument=instrument, reason="Race", by=made.people["cito"])
            locked.set()
            threading.Event().wait(0.4)

    def decide() -> None:
        locked.wait(timeout=30)
        with transaction.atomic():
            check = reasons_against_exercising(
                user=made.people["officer"],
                function="18",
                office_id=made.offices["UNMISS"].pk,
                amount_usd=Decimal(1),
                at=clock.now(),
                lock=True,
            )
            answers.append(check.allowed)

    assert race([revoke, decide]) == {"done": 2}
    assert answers == [False]
