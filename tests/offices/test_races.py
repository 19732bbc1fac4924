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
from apps.offices import life, services
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
    drafts = [made.draft(posts[n % 4], ["16b", "16c"], ["UNMISS", "UNIFIL"]) for n in range(CLIENTS)]

    def issue(n: int) -> Callable[[], object]:
        return lambda: services.issue_instrument(instrument=drafts[n], by=made.people["cito"])

    found = race([issue(n) for n in range(CLIENTS)])
    assert found == {"done": 1, "conflict: offices.held_already": CLIENTS - 1}
    covered = InstrumentCoverage.objects.all()
    assert (covered.values("instrument").distinct().count(), covered.count()) == (1, 4)


def test_the_constraint_alone_lets_one_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the question beforehand and the counter's lock, the database still gives one and a clear
    conflict."""
    made = make_organization()
    monkeypatch.setattr(instruments.policies, "overlaps_of", lambda *args: [])
    monkeypatch.setattr(instruments.coverage, "hold_still", lambda: None)
    until = clock.now() + timedelta(days=30)

    drafts = [
        made.draft("ict", ["16b", "16c"], ["UNMISS"], number=f"R-{n}", valid_until=until)
        for n in range(CLIENTS)
    ]

    def issue(n: int) -> Callable[[], object]:
        return lambda: services.issue_instrument(instrument=drafts[n], by=made.people["cito"])

    found = race([issue(n) for n in range(CLIENTS)])
    assert found == {"done": 1, "conflict: offices.held_by_another": CLIENTS - 1}
    issued = Instrument.objects.filter(issued_at__isnull=False)
    assert (issued.count(), InstrumentCoverage.objects.count()) == (1, 2)


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


def test_sixteen_accept_and_one_does() -> None:
    made = make_organization()
    instrument = made.issue("officer", ["18"], ["UNMISS"], accept=False)

    def accept() -> None:
        services.accept_instrument(instrument=instrument, by=made.people["officer"])

    found = race([accept] * CLIENTS)
    assert found == {"done": 1, "conflict: offices.already_accepted": CLIENTS - 1}
    assert InstrumentCoverage.objects.in_force(clock.now()).count() == 1


def test_sixteen_issue_one_draft_and_one_does() -> None:
    made = make_organization()
    draft = made.draft("ict", ["16c"], ["UNMISS"])

    def issue() -> None:
        services.issue_instrument(instrument=draft, by=made.people["cito"])

    found = race([issue] * CLIENTS)
    assert found == {"done": 1, "conflict: offices.already_issued": CLIENTS - 1}
    assert InstrumentCoverage.objects.count() == 1


def test_a_successor_and_a_rival_issued_at_once_leave_one_holder() -> None:
    """The function passes from one to the other; who wants it beside them gets a clear conflict."""
    made = make_organization()
    old = made.issue("ict", ["16b", "16c"], ["UNMISS"])
    new = made.draft("unifil-ict", ["16b", "16c"], ["UNMISS"], supersedes=old)
    later = [made.draft("escap-ict", ["16b", "16c"], ["UNIFIL"], concurrent=True) for _n in range(4)]
    until = clock.now() + timedelta(days=30)

    def succeed() -> None:
        services.issue_instrument(instrument=new, by=made.people["cito"])

    def rival() -> None:
        made.issue("escap-ict", ["16c"], ["UNMISS"], valid_until=until)

    def beside(n: int) -> Callable[[], object]:
        return lambda: services.issue_instrument(instrument=later[n], by=made.people["cito"])

    found = race([succeed, *[rival] * 5, *(beside(n) for n in range(4))])
    assert found == {"done": 5, "conflict: offices.held_already": 5}
    held = InstrumentCoverage.objects.filter(exclusive=True, revoked=False)
    assert set(held.values_list("instrument", flat=True)) == {new.pk}


def test_suspending_and_resuming_a_parent_and_its_child_never_wait_for_each_other() -> None:
    made = make_organization()
    parent = made.issue(
        "field", ["16b"], ["DPKO"], with_below=True, sub_delegation="one_level", concurrent=True
    )
    child = made.issue(
        "unifil-ict",
        ["16b"],
        ["UNIFIL"],
        by=made.people["field"],
        parent=parent,
        concurrent=True,
        valid_until=parent.valid.upper,
    )
    cito = made.people["cito"]
    acts: list[Callable[[], object]] = []
    for each in (parent, child):
        acts += [
            lambda each=each: services.suspend_instrument(instrument=each, reason="Race", by=cito),
            lambda each=each: services.resume_instrument(instrument=each, by=cito),
        ]
    found = race(acts * 4)
    assert not [answer for answer in found if answer.startswith("error")]
    for each in Instrument.objects.select_related("parent"):
        gives = InstrumentCoverage.objects.in_force(clock.now()).filter(instrument=each).exists()
        assert gives is (life.state_of(each, clock.now()) == "in_force")


@pytest.mark.parametrize("take", ["suspend", "supersede"])
def test_an_act_and_what_takes_its_authority_are_ordered(take: str) -> None:
    """The act holds the coverage FOR SHARE: what takes it away waits; and an act that waits finds it gone."""
    made = make_organization()
    instrument = made.issue("officer", ["18"], ["UNMISS"])
    successor = made.draft("align", ["18"], ["UNMISS"], supersedes=instrument)
    order: list[str] = []
    read, taken = threading.Event(), threading.Event()

    def allowed() -> bool:
        return reasons_against_exercising(
            user=made.people["officer"],
            function="18",
            office_id=made.offices["UNMISS"].pk,
            amount_usd=Decimal(1),
            at=clock.now(),
            lock=True,
        ).allowed

    def first() -> None:
        with transaction.atomic():
            assert allowed()
            read.set()
            threading.Event().wait(0.4)
            order.append("decided")

    def takes() -> None:
        read.wait(timeout=30)
        with transaction.atomic():
            if take == "suspend":
                services.suspend_instrument(instrument=instrument, reason="Race", by=made.people["cito"])
            else:
                services.issue_instrument(instrument=successor, by=made.people["cito"])
            order.append("taken")
            taken.set()
            threading.Event().wait(0.4)

    def second() -> None:
        taken.wait(timeout=30)
        with transaction.atomic():
            order.append("decided again" if allowed() else "refused")

    assert race([first, takes, second]) == {"done": 3}
    assert order == ["decided", "taken", "refused"]
