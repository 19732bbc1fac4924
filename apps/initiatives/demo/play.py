"""Living the demonstration through: every act by the services of the portal, on the day on which it is told to happen.

The clock is set from act to act; what falls due between two acts rings at its own moment, and what was mailed then
counts as sent then, to nobody. All of it is one transaction: a run that is killed leaves nothing behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from apps.accounts.demo import PASSWORD
from apps.accounts.models import User
from apps.approvals.models import Case
from apps.approvals.services import Confirmation, Seen, move_case, save_assessment, set_parameter
from apps.approvals.services.verbs import VERBS
from apps.audit import clock, register
from apps.initiatives import services
from apps.initiatives.demo import evidence
from apps.initiatives.demo.cast import DECIDERS, DESKS, MEMBERS, PEOPLE, POSTS, PRINCIPLES, SCORED
from apps.initiatives.demo.stories import Step, Story, answers_of, read, screening_of, stories
from apps.initiatives.models import Initiative
from apps.notices.delivery import drain_outbox
from apps.notices.models import Timer
from apps.notices.sweep import sweep
from apps.offices import services as offices
from apps.offices.choices import Role
from apps.offices.loading import confirm_drafts
from apps.offices.models import Instrument, Office, Post
from apps.offices.queries import calendar_for
from apps.standards.queries import in_force

BEGINS = 260  # days before the day of loading
IN_POST_SINCE = 900
ONE_AT_A_TIME = 7_310_661_850  # the key of the advisory lock
OFFICE_ROLES = (Role.SUBMITTER, Role.ICT_CHIEF, Role.CERTIFYING_OFFICER, Role.HEAD_OF_OFFICE)
OICT = "OICT"
DRAFTER = "OICT-DESK-SECTION-CHIEF"  # who prepares what the CITO issues


def is_loaded() -> bool:
    """Whether the demonstration is there; all of it, or none."""
    return User.objects.exclude(demo_role="").exists()


@transaction.atomic
def load(say: Callable[[str], object] = lambda line: None, *, with_cases: bool = True) -> bool:
    """Load people, instruments and (unless told otherwise) the portfolio; False where they are there already.

    Refuses nothing by itself: the command asks first whether this is a demonstration.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    if is_loaded():
        return False
    with register.origin("demo"), _settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        Play(now=clock.now(), say=say).run(with_cases=with_cases)
    return True


@contextmanager
def _settings(**values: Any) -> Iterator[None]:
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def people() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Everybody of the demonstration with the codes of their posts."""
    cast = read("people.toml")
    for person in cast["person"]:
        yield person, person["posts"]
    for office in cast["office"]:
        addresses = office.get("addresses", [""] * len(OFFICE_ROLES))
        for name, address, role in zip(office["people"], addresses, OFFICE_ROLES, strict=True):
            if name:
                row = {"name": name, "zone": office["zone"], "language": office.get("language", "en")}
                yield {**row, "email": address}, [f"{office['code']}-{role.upper().replace('_', '-')}"]


def address_of(person: Mapping[str, Any]) -> str:
    """The made-up address of a made-up person."""
    import unicodedata

    name = person.get("email") or ".".join(person["name"].lower().split())
    plain = unicodedata.normalize("NFKD", name.replace("-", "")).encode("ascii", "ignore").decode()
    return f"{plain}@example.org"


@dataclass
class Play:
    """One run: the people by post, the cases by story, and the clock that goes on."""

    now: datetime
    say: Callable[[str], object]
    holders: dict[str, User] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=count)

    def run(self, *, with_cases: bool) -> None:
        self.offices = {office.code: office for office in Office.objects.select_related("duty_station")}
        with clock.set_to(self.now - timedelta(days=BEGINS)):
            self._appoint()
            confirm_drafts(
                by=self.holders["UN-SECRETARIAT-ADMINISTRATOR"], authority="Head of administration"
            )
        set_parameter(  # every certificate is examined again here, so that the demonstration is the same each time
            key="certificate.sample_percent",
            value=100,
            valid_from=(self.now - timedelta(days=BEGINS)).date(),
            source="Demonstration",
            by=None,
        )
        self.say(f"{len(set(self.holders.values()))} people on {len(self.holders)} posts")
        told = [*self._stories(), *evidence.acts(self)] if with_cases else []
        acts = sorted([*self._instruments(), *told], key=lambda act: act[0])
        for instant, perform in acts:
            self._ring_until(instant)
            with clock.set_to(instant):
                perform()
        self._ring_until(self.now)
        self.say(f"{len(self.cases)} initiatives, {len(acts)} acts")

    # People and instruments ---------------------------------------------------------------------------------------

    def _appoint(self) -> None:
        password = make_password(PASSWORD)
        posts = {post.code: post for post in Post.objects.select_related("office")}
        since = clock.now() - timedelta(days=IN_POST_SINCE)
        for place, (row, codes) in enumerate(people()):
            user = User(
                email=address_of(row),
                full_name=row["name"],
                language=row.get("language", "en"),
                time_zone=row["zone"],
                demo_role=row.get("shown", ""),
                date_joined=since + timedelta(seconds=place),
                password=password,
            )
            user.save()
            for code in codes:
                offices.assign_post(post=posts[code], user=user, from_=since, by=None)
                self.holders[code] = user

    def _instruments(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """Each instrument is drafted by one person, issued by another and accepted by the holder of its post, an hour
        apart; `until` names the step at which it stands today."""
        posts = {post.code: post for post in Post.objects.select_related("office")}
        cito = self.holders["OICT-CITO"]
        for row in read("instruments.toml")["instrument"]:
            made: list[Instrument] = []
            acts: dict[str, Callable[[], object]] = {
                "drafted": partial(self._draft, row, posts, made),
                "issued": partial(self._with, made, offices.issue_instrument, by=cito),
                "accepted": partial(self._with, made, offices.accept_instrument, by=self.holders[row["to"]]),
            }
            for place, (verb, act) in enumerate(acts.items()):
                yield self.moment(OICT, row["issued"], minute=len(row["legal_basis"]) + 60 * place), act
                if verb == row.get("until"):
                    break
            takes: dict[str, Callable[..., object]] = {
                "suspended": offices.suspend_instrument,
                "revoked": offices.revoke_instrument,
            }
            for verb, take in takes.items():
                if verb in row:
                    act = partial(self._with, made, take, reason=row["reason"], by=cito)
                    yield self.moment(OICT, row[verb], minute=30), act

    @staticmethod
    def _with(made: list[Instrument], act: Callable[..., object], **given: object) -> object:
        """Do this with the instrument, which is not drafted yet while the acts are laid out."""
        return act(instrument=made[0], **given)

    def _draft(self, row: dict[str, Any], posts: dict[str, Post], made: list[Instrument]) -> None:
        made.append(
            offices.draft_instrument(
                by=self.holders[DRAFTER],
                delegate_post=posts[row["to"]],
                functions=row["functions"],
                scope=[(self.offices[code], row["with_below"]) for code in row["offices"]],
                legal_basis=row["legal_basis"],
                valid_until=clock.now() + timedelta(days=30 * row["months"]),
                amount_limit=Decimal(row["amount_usd"]) if "amount_usd" in row else None,
                system_limit=row.get("system_limit", ""),
                data_limit=row.get("data_limit", ""),
                conditions=row["conditions"],
                reporting_duty=row["reporting_duty"],
                reporting_period=row.get("reporting_period", ""),
            )
        )

    # Time ---------------------------------------------------------------------------------------------------------

    def moment(self, office: str, day: int, *, minute: int) -> datetime:
        """A moment in office hours of the office's duty station: so many days before now, or the working day before."""
        zone = ZoneInfo(self.offices[office].duty_station.time_zone)
        on: date = self.now.astimezone(zone).date() + timedelta(days=day)
        calendar = calendar_for(self.offices[office], on)
        while on.isoweekday() not in calendar.working_days or on in calendar.holidays:
            on -= timedelta(days=1)
        local = datetime.combine(on, time(9, 5), tzinfo=zone) + timedelta(minutes=minute % 440)
        return min(local.astimezone(UTC), self.now)

    def _stories(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        for place, story in enumerate(stories()):
            before = datetime.min.replace(tzinfo=UTC)
            for number, step in enumerate(story.steps):
                office = story.office if step.act in PEOPLE else "DPKO" if step.act == "opinion" else OICT
                instant = (
                    self.now
                    if step.day == 0
                    else self.moment(office, step.day, minute=place * 17 + number * 61)
                )
                instant = min(max(instant, before + timedelta(minutes=23)), self.now)
                before = instant
                yield instant, partial(self._act, story, step)

    def _ring_until(self, instant: datetime) -> None:
        """Let what is due before an instant ring at its own moment, and send what was said."""
        while True:
            due = (
                Timer.objects.filter(
                    fired_at=None, cancelled_at=None, dead_at=None, claimed_at=None, due_at__lte=instant
                )
                .order_by("due_at")
                .values_list("due_at", flat=True)
                .first()
            )
            if due is None:
                break
            with clock.set_to(due):
                swept = sweep()
                if swept.failed or not swept.fired:
                    raise RuntimeError(f"A timer of {due} failed.")
        with clock.set_to(instant):
            while drain_outbox().sent:
                pass

    # Acts ---------------------------------------------------------------------------------------------------------

    def _person(self, story: Story, step: Step) -> User:
        if step.act in PEOPLE:
            return self.holders[f"{story.office}-{PEOPLE[step.act].upper().replace('_', '-')}"]
        if step.act in ("decide", "authorize"):
            return self.holders[DECIDERS[step.plain[0]]]
        word = step.plain[0] if step.act in ("take", "recuse", "begin", "desk_asks") else step.act
        return self.holders[POSTS[word].format(2 if step.second else 1)]

    def _act(self, story: Story, step: Step) -> None:
        by = self._person(story, step)
        match step.act:
            case "start":
                self._start(story, by)
            case "write":
                self._write(story, by, complete="complete" in step.words)
            case "hand_on":
                self._write(story, by, complete=True)
                self._move(story, "hand_on", by, words="")
            case "attest_ict" | "attest_finance":
                self._move(story, "attest", by, confirmed=True, words=story.text("attest", step.act[7:]))
            case "endorse":
                self._move(story, "endorse", by, confirmed=True, words=story.text("endorse", "words"))
            case "send_back":
                self._move(story, "send_back", by, words=story.text("send_back", "words"))
            case "opinion":
                self._move(story, "give_opinion", by, position=step.plain[0], words=story.data["opinion"])
            case "acknowledge":
                self._move(story, "acknowledge", by)
            case "complete":
                self._move(story, "find_complete", by)
            case "ask":
                items = [{"field": about, "question": asked} for about, asked in story.data["questions"]]
                self._move(story, "request_clarification", by, items=items)
            case "desk_asks" | "send_questions":
                self._declare(story, by)
                items = [{"field": about, "question": asked} for about, asked in story.data["desk_questions"]]
                verb = "ask_questions" if step.act == "desk_asks" else "request_clarification"
                self._move(story, verb, by, items=items)
            case "answer":
                self._save(story, by, story.data.get("amended", {}))
                given = enumerate(story.data["answers"], start=1)
                answers = [{"item": str(n), "answer": words} for n, words in given]
                self._move(story, "answer_clarification", by, answers=answers)
            case "take":
                self._move(story, "declare_no_conflict", by)
            case "recuse":
                self._move(story, "recuse", by, words=story.text("recuse", "words"))
            case "begin":
                self._move(story, "declare_no_conflict", by)
                self._assess(story, step.plain[0], step.plain[1:], by)
            case desk if desk in DESKS:
                self._declare(story, by)
                self._assess(story, desk, step.plain, by)
                self._move(story, "submit_assessment", by)
            case "recommend":
                self._declare(story, by)
                self._recommend(story, step, by)
            case "decide":
                self._decide(story, step, by)
            case "note":
                self._sit(story, "note_decision", by, MEMBERS, words=story.data["minutes"])
            case "put_off":
                soon = (clock.now().date() + timedelta(days=14)).isoformat()
                words = story.data["put_off"]
                self._sit(story, "defer_decision", by, MEMBERS[:2], next_on=soon, words=words)
            case "ask_emergency":
                asked = story.data["emergency"]
                request = {"amount_max": asked["amount"], "days": asked["days"], "words": asked["words"]}
                self._move(story, "ask_emergency", by, **request)
            case "authorize":
                asked = story.data["emergency"]
                request = {"amount_max": asked["amount"], "days": asked["days"], "words": asked["answer"]}
                self._move(story, "authorize_emergency", by, **request)
            case "certify":
                self._move(story, "certify_not_subject", by, words=story.text("certify", "words"))
            case "reconsider":
                self._move(story, "ask_reconsideration", by, words=story.text("reconsider", "words"))
            case "withdraw":
                self._move(story, "withdraw_case", by, words=story.text("withdraw", "words"))
            case other:
                raise ValueError(f"{story.key}: no such act: {other}")

    def _start(self, story: Story, by: User) -> None:
        initiative = services.start_draft(
            office=(office := self.offices[story.office]),
            answers=screening_of(story, office.kind),
            title=story.data["title"],
            language=story.language,
            by=by,
            not_subject=story.data.get("not_subject", ""),
        )
        self.cases[story.key] = Case.objects.get(subject_id=initiative.pk)

    def _write(self, story: Story, by: User, *, complete: bool) -> None:
        office = self.offices[story.office]
        year = clock.now().year
        answers = answers_of(
            story,
            year=year,
            office_name=office.name,
            office_kind=office.kind,
            standards=[standard.code for standard in in_force(clock.now().date())],
        )
        if self.cases[story.key].version_number:
            self._save(story, by, story.data.get("amended", {}))
            return
        left = () if complete else story.data.get("left_out", ())
        kept = () if complete else story.data.get("kept_only", ())
        self._save(story, by, {k: v for k, v in answers.items() if k not in left and (not kept or k in kept)})

    def _save(self, story: Story, by: User, changes: Mapping[str, Any]) -> None:
        if not changes:
            return
        initiative = Initiative.objects.select_related("draft").get(pk=self.cases[story.key].subject_id)
        saved = services.save_draft(
            initiative_id=initiative.pk, changes=changes, base_revision=initiative.draft.revision, by=by
        )
        if saved.problems or saved.conflicts:
            raise RuntimeError(f"{story.key}: {saved.problems or saved.conflicts}")

    def _move(self, story: Story, action: str, by: User, **payload: Any) -> None:
        case = self.cases[story.key]
        case.refresh_from_db()
        confirmation = None
        if VERBS[action].confirmed:
            confirmation = Confirmation("password", clock.now(), case.version_hash, by.pk, "demonstration")
        move_case(
            case_id=case.pk,
            action=action,
            by=by,
            seen=Seen(case.version_number, case.version_hash),
            idempotency_key=str(uuid.uuid5(case.pk, f"demonstration {next(self.keys)}")),
            payload=payload,
            confirmation=confirmation,
        )
        case.refresh_from_db()

    def _declare(self, story: Story, by: User) -> None:
        from apps.approvals.models import ConflictDeclaration

        if not ConflictDeclaration.objects.filter(case=self.cases[story.key], user=by).exists():
            self._move(story, "declare_no_conflict", by)

    def _assess(self, story: Story, desk: str, scores: list[str], by: User) -> None:
        words = read("words.toml")["assessments"]
        rows: dict[str, dict[str, Any]] = {}
        for criterion, score in zip(SCORED[desk], scores, strict=False):
            evidence = story.text("found", criterion) or words[criterion][int(score) - 1]
            comment = story.text("comments", criterion) or words["comment"][score == "5"]
            rows[criterion] = {
                "score": int(score),
                "evidence": evidence,
                "comment": comment if score in "15" else story.text("comments", criterion),
            }
        if desk == "alignment":
            urgent = bool(story.data.get("urgency_reason"))
            for key in PRINCIPLES:
                answer = "no" if key == "principle_6d" and not urgent else "yes"
                if key == "principle_6c" and scores[0] in "12":
                    answer = "partly"
                rows[key] = {"answer": answer, "evidence": words["principles"][answer]}
        if desk == "value":
            mandate = bool(story.data.get("mandate"))
            rows["on_mandate"] = {
                "answer": "yes" if mandate else "no",
                "evidence": story.data.get("mandate") or words["no_mandate"],
            }
        save_assessment(
            case_id=self.cases[story.key].pk,
            desk=desk,
            scores=rows,
            overall=story.text("overall", desk) or words["overall"][desk],
            base_revision=0,
            by=by,
        )

    def _recommend(self, story: Story, step: Step, by: User) -> None:
        outcome = step.plain[0]
        self._move(
            story,
            "recommend",
            by,
            outcome=outcome,
            summary=story.data["recommendation"],
            dissent=story.data.get("dissent", ""),
            conditions=self._conditions(story) if outcome == "approved_with_conditions" else [],
        )

    def _conditions(self, story: Story) -> list[dict[str, Any]]:
        today = clock.now().date()
        return [
            {
                "kind": row["kind"],
                "words": row["words"],
                "owner_role": row.get("owner", "ict_chief"),
                "due_on": (today + timedelta(days=row["days"])).isoformat(),
                "evidence": row["evidence"],
                "effect_if_missed": row["if_missed"],
                "verifier_role": row.get("verifier", "desk_officer"),
            }
            for row in story.data["conditions"]
        ]

    def _decide(self, story: Story, step: Step, by: User) -> None:
        outcome = step.plain[1]
        values: dict[str, Any] = {"outcome": outcome, "reasons": story.text("decision", "reasons")}
        values["override_reason"] = story.text("decision", "override")
        if outcome == "not_approved":
            values["what_would_change"] = story.text("decision", "what_would_change")
        else:
            case = self.cases[story.key]
            case.refresh_from_db()
            values["scope"] = story.text(
                "decision", "scope", "The whole, as described in the version decided on."
            )
            values["amount_max"] = story.text("decision", "amount") or str(case.value_usd)
            values["valid_until"] = (clock.now().date() + timedelta(days=730)).isoformat()
        if outcome == "approved_with_conditions":
            values["conditions"] = self._conditions(story)
        self._move(story, "decide", by, **values)

    def _sit(self, story: Story, action: str, by: User, posts: Sequence[str], **given: str) -> None:
        present = "\n".join(self.holders[post].full_name for post in posts)
        self._move(story, action, by, met_on=clock.now().date().isoformat(), present=present, **given)
