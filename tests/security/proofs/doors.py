"""Every door of the portal, one row each: the table that a new address must join.

A row is keyed by its pattern, as `patterns.py` finds it in the resolver. It says what the door answers to who may
(`reads` for GET, the others by method); a method without a rule is 405. Most rows are one word:

    "/my-page/": signed_in(),                         any signed-in person
    "/my-page/": auditors(),                          a role's page; others are "not allowed"
    "/cases/<str:handle>/my-part/": case("full"),     a part of a case for who sees it in full; others "not found"
    "/my-form/": signed_in(post=400),                 and a form; 400 is its answer to an empty one
    "/my-act/": only(("admin",), None, post=302, changes=True)

What an address is filled with is found by the name of its parameter in `FILLED`, or said by the row (`pk=of_...`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apps.audit import clock
from apps.audit.models import Event
from apps.dashboards.models import Verification
from apps.notices.models import Notice
from apps.offices.models import CalendarVersion, Instrument, PostHolding
from tests.security.proofs import rights
from tests.security.proofs.world import SCREENED, World

SIGNED_IN = tuple(name for name in rights.PERSONAS if name not in ("anonymous", "inactive"))
AUDITORS = ("auditor", "token_read")
DRAFTERS = ("approver", "admin")
"""Who drafts instruments; the section chief does, too, and is none of these personas."""
WITH_A_FACTOR = ("approver", "delegate", "expired", "admin")
"""Who decides or administers has one."""
ON_THE_AGENDA = ("approver", "delegate", "expired", *AUDITORS)
"""Who reads the Committee's page: its members are none of these personas."""
SEES_THE_LOAD = ("reviewer", "unassigned", *ON_THE_AGENDA)
READERS = tuple(name for name in SIGNED_IN if name != "admin")
Fill = Callable[[World, str], object]


@dataclass(frozen=True)
class Rule:
    """What a method answers: `ok` to who may; 403 to who is none of `roles`; 404 to who sees less than `level`."""

    ok: int = 200
    roles: tuple[str, ...] = SIGNED_IN
    level: str = ""
    nobody: int = 0  # what a public door answers to who is not signed in; 0: it is not public
    but: Callable[[str, str], int] | None = (
        None  # the answer to this persona in this state, where it is another
    )
    sent: Callable[[World, str], dict[str, Any]] = lambda world, state: {}
    changes: bool = False


@dataclass(frozen=True)
class Door:
    """The rules of an address by method, and what fills its parameters."""

    rules: Mapping[str, Rule]
    filled: Mapping[str, Fill] = field(default_factory=dict)
    own_session: bool = False  # it may end the session that asks

    @property
    def is_of_a_case(self) -> bool:
        return any(rule.level for rule in self.rules.values())


def _door(reads: Rule | None, writes: Mapping[str, Rule], **filled: Fill) -> Door:
    return Door({**({"GET": reads} if reads else {}), **writes}, filled)


def signed_in(get: int | None = 200, *, post: int | None = None, **more: Any) -> Door:
    """Any signed-in person; `get=None` where only a form is sent to it."""
    filled = {key: more.pop(key) for key in list(more) if callable(more[key]) and key not in ("sent", "but")}
    writes = {"POST": Rule(post, **more)} if post else {}
    return _door(Rule(get) if get else None, writes, **filled)


def by_factor(ok: int, *, without: int) -> Door:
    """Any signed-in person; who has no second factor is answered otherwise."""
    rule = Rule(ok, but=lambda persona, state: ok if persona in WITH_A_FACTOR else without)
    return _door(rule, {"POST": rule})


def public(get: int | None = 200, *, nobody: int = 0, post: int | None = None, post_nobody: int = 0) -> Door:
    """Anyone; the second figures are for who is not signed in, where they differ."""
    writes = {"POST": Rule(post, nobody=post_nobody or post)} if post else {}
    return _door(Rule(get, nobody=nobody or get) if get else None, writes)


def only(roles: tuple[str, ...], get: int | None = 200, *, post: int | None = None, **more: Any) -> Door:
    """These personas, by a role or by what their post lets them do; the others are "not allowed"."""
    filled = {key: more.pop(key) for key in list(more) if callable(more[key]) and key not in ("sent", "but")}
    writes = {"POST": Rule(post, roles, **more)} if post else {}
    return _door(Rule(get, roles) if get else None, writes, **filled)


def auditors(get: int | None = 200, **more: Any) -> Door:
    return only(AUDITORS, get, **more)


def case(level: str, but: Callable[[str, str], int] | None = None, **writes: Rule) -> Door:
    """A part of a case for who sees it at this level or more; `but` names the answer where it is another."""
    filled = {"pk": lambda world, state: world.initiative(state).pk}
    return _door(
        Rule(level=level, but=but), writes, **filled
    )  # `filled` names the initiative: a case has `handle`


def case_act(
    ok: int, level: str, but: Callable[[str, str], int], sent: Any = None, *, changes: bool = False
) -> Rule:
    return Rule(ok, level=level, but=but, changes=changes, sent=sent or (lambda world, state: {}))


def _because(world: World, state: str) -> dict[str, Any]:
    return {"reason": "Sent by the matrix."}


# What is not one word ---------------------------------------------------------------------------------------------


def has_a_version(persona: str, state: str) -> int:
    return 404 if state == "draft" else 200


def has_two_versions(persona: str, state: str) -> int:
    return 200 if state == "intake" else 404


def has_a_letter(persona: str, state: str) -> int:
    return 200 if rights.may_read_decision(persona, state) else 404


def reads_draft(persona: str, state: str) -> int:
    return 200 if rights.reads_draft(persona, state) else 404


def writes_section(done: int) -> Callable[[str, str], int]:
    """The section is open in a draft; while the office is asked only what was asked about (that is this section)."""

    def answer(persona: str, state: str) -> int:
        if not rights.reads_draft(persona, state):
            return 404
        if not rights.writes_draft(persona, state):
            return 403
        return done if state in ("draft", "clarifying") else 409

    return answer


def removes_draft(done: int) -> Callable[[str, str], int]:
    def answer(persona: str, state: str) -> int:
        if not rights.reads_draft(persona, state):
            return 404
        if not rights.writes_draft(persona, state):
            return 403
        return done if state == "draft" else 409

    return answer


def begins_again(done: int) -> Callable[[str, str], int]:
    """A submitter of the office, with the text of what was withdrawn."""

    def answer(persona: str, state: str) -> int:
        if not rights.writes_draft(persona, state):
            return 403
        return done if state == "withdrawn" else 409

    return answer


def opens_assessment(persona: str, state: str) -> int:
    """Open to who took the turn; others who see the case are sent to the page that says why not."""
    return 200 if rights.answer_to_act(persona, state, "submit_assessment") == "done" else 302


def saves_assessment(done: int) -> Callable[[str, str], int]:
    def answer(persona: str, state: str) -> int:
        found = rights.answer_to_act(persona, state, "submit_assessment")
        return {"done": done, "not_allowed": 403, "conflict": 409, "not_found": 404}[found]

    return answer


def names_exceptions(done: int) -> Callable[[str, str], int]:
    """The head of the office; the CITO once it is submitted; of a confidential case the CITO alone."""

    def answer(persona: str, state: str) -> int:
        if persona == "approver" or (persona == "head" and state != "confidential"):
            return done
        return 403

    return answer


def reassigns(persona: str, state: str) -> int:
    """The section chief's, who is none of these personas, while alignment has the turn."""
    return 403 if state in ("assessing", "other_office") else 409


def has_written(persona: str, state: str) -> int:
    written = (*rights.DESKS_ARE_IN, "assessing", "other_office")
    return 200 if persona == "reviewer" and state in written else 404


def is_the_submitters(done: int) -> Callable[[str, str], int]:
    return lambda persona, state: done if persona == "submitter" else 404


def is_the_submitters_office(persona: str, state: str) -> int:
    return 201 if persona in ("submitter", "token_write") else 403


def _written(world: World, state: str) -> dict[str, Any]:
    return {"base_revision": "1", "overall": "Sent by the matrix."}


def _revision(world: World, state: str) -> int:
    return world.initiative(state).draft.revision


def _section(world: World, state: str) -> dict[str, Any]:
    return {"problem": "Sent by the matrix.", "base_revision": _revision(world, state), "go": "stay"}


def _changes(world: World, state: str) -> dict[str, Any]:
    return {"changes": {"problem": "Sent by the matrix."}, "base_revision": _revision(world, state)}


def _new_initiative(world: World, state: str) -> dict[str, Any]:
    return {"office": "UNMISS", "screening": SCREENED, "title": "Sent by the matrix", "language": "en"}


def _terms(world: World, state: str) -> dict[str, Any]:
    return {
        "legal_basis": "ST/SGB/2026/9",
        "delegate_post": world.org.posts["unog-ict"].code,
        "functions": ["16b"],
        "scope": [{"office": "UNOG", "with_below": False}],
        "valid_until": (clock.now() + timedelta(days=30)).isoformat(),
    }


FILLED: Mapping[str, Fill] = {
    "handle": lambda world, state: world.cases[state].pk,
    "number": lambda world, state: 1,
    "before": lambda world, state: 1,
    "after": lambda world, state: 2,
    "desk": lambda world, state: "alignment",
    "section": lambda world, state: "problem",
    "notice_id": lambda world, state: (
        Notice.objects.filter(recipient=world.people["submitter"]).earliest("id").pk
    ),
    "event_id": lambda world, state: Event.objects.earliest("id").pk,
    "verification_id": lambda world, state: Verification.objects.earliest("started_at").pk,
    "uidb36": lambda world, state: "abc",
    "format": lambda world, state: ".json",
}


def nothing(world: World, state: str) -> object:
    """A key that nothing has."""
    return "00000000-0000-4000-8000-000000000000"


def is_(value: str) -> Fill:
    return lambda world, state: value


def instrument(world: World, state: str) -> object:
    return Instrument.objects.filter(delegate_post=world.org.posts["officer"]).earliest("number").number


def holding(world: World, state: str) -> object:
    return PostHolding.objects.get(post=world.org.posts["unifil-ict"]).pk


def calendar_version(world: World, state: str) -> object:
    return CalendarVersion.objects.earliest("id").pk


# The table --------------------------------------------------------------------------------------------------------

DOORS: Mapping[str, Door] = {
    # people
    "/profile/": signed_in(post=400),
    "/language/": public(None, post=302),
    "/theme/": public(None, post=302),
    "/density/": public(None, post=302),
    "/keys/": signed_in(),
    "/look/": signed_in(404, post=404),  # there is no such page outside a demonstration
    "/sign-in/as/": public(None, post=404),
    "/sign-in/": public(302, nobody=200, post=302, post_nobody=200),
    "/sign-in/inactive/": public(404, post=404),  # only the step that finds the account closed leads there
    "/sign-in/code/": public(302, post=302),  # back to sign-in: nobody waits for a code
    "/sign-in/sso/error/": public(401),
    "/sign-in/sso/cancelled/": public(),
    "/sign-in/<slug:provider_id>/": Door(
        {"GET": Rule(404, nobody=404), "POST": Rule(404, nobody=404)}, {"provider_id": is_("none")}
    ),
    "/sign-in/<slug:provider_id>/back/": Door(
        {"GET": Rule(404, nobody=404), "POST": Rule(404, nobody=404)}, {"provider_id": is_("none")}
    ),
    "/profile/sessions/": signed_in(),
    "/profile/sessions/others/end/": signed_in(None, post=302, changes=True),
    "/profile/sessions/<uuid:pk>/end/": signed_in(None, post=404, pk=nothing),
    "/profile/tokens/": signed_in(),
    "/profile/tokens/<uuid:pk>/revoke/": signed_in(404, post=404, pk=nothing),
    "/second-factor/": signed_in(),
    "/second-factor/confirm/": by_factor(200, without=302),
    "/second-factor/app/": signed_in(302, post=302),
    "/second-factor/app/remove/": by_factor(302, without=404),
    "/second-factor/codes/": signed_in(404),  # nobody has any left to see
    "/second-factor/codes/new/": signed_in(302, post=302),
    "/second-factor/passkeys/add/": signed_in(302, post=302),
    "/second-factor/passkeys/confirm/": signed_in(302, post=302),
    "/second-factor/passkeys/<int:pk>/": signed_in(302, post=302, pk=is_("1")),
    "/second-factor/passkeys/<int:pk>/remove/": signed_in(302, post=302, pk=is_("1")),
    "/sign-up/": public(302, nobody=200, post=302, post_nobody=200),
    "/password/": signed_in(post=200),
    "/password/confirm/": signed_in(post=200),
    "/password/forgotten/": public(post=200),
    "/password/forgotten/sent/": public(),
    "/password/new/<uidb36>-<key>/": Door(
        {"GET": Rule(nobody=200), "POST": Rule(nobody=200)}, {"key": is_("no-such-key")}
    ),
    "/password/new/done/": public(),
    "/sign-out/": Door(
        {"GET": Rule(nobody=302), "POST": Rule(302, nobody=302, changes=True)}, own_session=True
    ),
    # offices
    "/offices/": signed_in(),
    "/offices/<str:code>/": signed_in(code=is_("UNMISS")),
    "/posts/<str:code>/appoint/": only(("admin",), post=400, code=is_("UNIFIL-ICT-CHIEF")),
    "/appointments/<uuid:pk>/end/": only(("admin",), post=302, pk=holding, changes=True),
    "/posts/<str:code>/": signed_in(code=is_("UNIFIL-ICT-CHIEF")),
    "/posts/<str:code>/absence/": only((), post=400, code=is_("UNIFIL-ICT-CHIEF")),
    "/absences/<uuid:pk>/end/": signed_in(404, post=404, pk=nothing),
    "/functions/": signed_in(),
    "/functions/mine/": signed_in(),
    "/functions/matrix/": signed_in(),
    "/functions/matrix/csv/": signed_in(),
    "/functions/<str:code>/": signed_in(code=is_("18")),
    "/functions/<str:code>/offices/<str:office>/": signed_in(code=is_("16b"), office=is_("UNOG")),
    "/functions/<str:code>/offices/<str:office>/record/": only(
        ("approver",), post=400, code=is_("7c"), office=is_("OICT")
    ),
    "/functions/<str:code>/evidence/<uuid:pk>/": signed_in(404, code=is_("16b"), pk=nothing),
    "/instruments/": signed_in(),
    "/instruments/designate/": only(DRAFTERS, post=400),
    "/instruments/draft/": only(DRAFTERS, post=400),
    "/instruments/<str:number>/": signed_in(number=instrument),
    "/instruments/<str:number>/<slug:act>/": only(("approver",), post=400, number=instrument, act=is_("revoke")),
    "/calendars/": signed_in(),
    "/calendars/versions/<uuid:pk>/confirm/": only(("admin",), None, post=409, pk=calendar_version),
    "/calendars/<slug:key>/": signed_in(key=is_("new-york")),
    # notices
    "/notices/": signed_in(),
    "/calendar/": signed_in(post=200, changes=True),
    "/calendar/<str:secret>.ics": _door(Rule(404, nobody=404), {}, secret=is_("nobody")),  # an address of nobody
    "/notices/preferences/": signed_in(post=400),  # an empty form chooses nothing
    "/notices/read/": signed_in(None, post=302, changes=True),
    "/notices/<uuid:notice_id>/read/": signed_in(None, post=302, but=is_the_submitters(302), changes=True),
    # the review: `/cases/<str:handle>/acts/<slug:verb>/` has a row for each act (`acts.py`)
    "/": signed_in(),
    "/load/": only(SEES_THE_LOAD),
    "/committee/": only(ON_THE_AGENDA),
    "/cases/<str:handle>/": case("card"),
    "/cases/<str:handle>/versions/<int:number>/": case("full", has_a_version),
    "/cases/<str:handle>/difference/<int:before>/<int:after>/": case("full", has_two_versions),
    "/cases/<str:handle>/assess/<slug:desk>/": case(
        "summary", opens_assessment,
        POST=case_act(302, "summary", saves_assessment(302), _written, changes=True),
    ),
    "/cases/<str:handle>/assess/<slug:desk>/save/": Door(
        {"POST": case_act(200, "summary", saves_assessment(200), _written, changes=True)}
    ),
    "/cases/<str:handle>/desks/<slug:desk>/reassign/": case(
        "summary", reassigns, POST=case_act(403, "summary", reassigns)
    ),
    "/cases/<str:handle>/letter/": case("full", has_a_letter),
    "/cases/<str:handle>/certificate/": case("full", lambda p, s: 404),
    "/cases/<str:handle>/why/": case("summary"),
    "/cases/<str:handle>/exceptions/": case(
        "full", POST=case_act(400, "full", names_exceptions(400))
    ),
    "/cases/<str:handle>/exceptions/<uuid:pk>/end/": case("full", lambda p, s: 404, POST=Rule(404, level="full")),
    # standards
    "/standards/": signed_in(),
    "/standards/<str:code>/": signed_in(404, code=is_("NONE")),
    # initiatives
    "/initiatives/": signed_in(),
    "/initiatives/new/": signed_in(post=400),
    "/initiatives/<uuid:pk>/": case("card"),
    "/initiatives/<uuid:pk>/again/": _door(
        None,
        {"POST": case_act(302, "full", begins_again(302), changes=True)},
        pk=lambda world, state: world.initiative(state).pk,
    ),
    "/initiatives/<uuid:pk>/draft/": case("full", reads_draft),
    "/initiatives/<uuid:pk>/draft/appraisal/": case("full", reads_draft),
    "/initiatives/<uuid:pk>/draft/remove/": _door(
        None,
        {"POST": case_act(302, "full", removes_draft(302), changes=True)},
        pk=lambda world, state: world.initiative(state).pk,
    ),
    "/initiatives/<uuid:pk>/draft/<slug:section>/": case(
        "full", reads_draft, POST=case_act(302, "full", writes_section(302), _section, changes=True)
    ),
    "/initiatives/<uuid:pk>/versions/<int:number>/": case("full", has_a_version),
    "/initiatives/<uuid:pk>/versions/<int:before>/to/<int:after>/": case("full", has_two_versions),
    # the roof
    "/dashboard/": only(READERS),
    "/dashboard/cases/": only(READERS),
    "/register/": auditors(),
    "/register/events/<uuid:event_id>/": auditors(),
    "/register/verify/": auditors(None, post=302, changes=True),
    "/register/verifications/<uuid:verification_id>/": auditors(),
    "/register/verifications/<uuid:verification_id>/continue/": auditors(None, post=302, changes=True),
    "/register/verify-a-copy/": auditors(post=400),
    "/register/download/": auditors(None, post=200, changes=True),
    "/register/verifier.py": auditors(),
    "/register/public-keys.txt": auditors(302),
    "/register/checkpoints.jsonl": auditors(302),  # none was made yet: back to the register, which says so
    "/register/offline/": auditors(),
    "/health/": signed_in(),
    "/help/": signed_in(),
    "/help/glossary/": signed_in(),
    "/help/keyboard/": signed_in(),
    "/help/<slug:key>/": signed_in(key=is_("submitter")),
    # the API
    "/api/v1/schema/": signed_in(),
    "/api/v1/docs/": signed_in(),
    "/api/v1/me/": signed_in(),
    "/api/v1/offices/": signed_in(),
    "/api/v1/offices/<code>/": signed_in(code=is_("UNMISS")),
    "/api/v1/functions/": signed_in(),
    "/api/v1/functions/<code>/": signed_in(code=is_("18")),
    "/api/v1/offices/<str:code>/explanation/": signed_in(code=is_("UNMISS")),
    "/api/v1/posts/<str:code>/explanation/": signed_in(code=is_("UNIFIL-ICT-CHIEF")),
    "/api/v1/instruments/<str:number>/explanation/": signed_in(number=instrument),
    "/api/v1/functions/<str:code>/explanation/": signed_in(code=is_("18")),
    "/api/v1/calendars/<str:key>/explanation/": signed_in(key=is_("new-york")),
    "/api/v1/posts/<str:code>/absences/": signed_in(post=400, code=is_("UNIFIL-ICT-CHIEF")),
    "/api/v1/absences/<uuid:pk>/end/": signed_in(None, post=404, pk=nothing),
    "/api/v1/designations/": signed_in(post=400),
    "/api/v1/functions/matrix/": signed_in(),
    "/api/v1/functions/mine/": signed_in(),
    "/api/v1/functions/<code>/form/": signed_in(code=is_("16b")),
    "/api/v1/functions/<code>/holders/": signed_in(code=is_("16b")),
    "/api/v1/evidence/": signed_in(post=400),
    "/api/v1/evidence/<pk>/": signed_in(404, pk=nothing),
    "/api/v1/alerts/": signed_in(),
    "/api/v1/instruments/": _door(Rule(), {"POST": Rule(201, DRAFTERS, sent=_terms, changes=True)}),
    "/api/v1/instruments/<number>/": signed_in(number=instrument),
    "/api/v1/instruments/<number>/history/": signed_in(number=instrument),
    "/api/v1/instruments/<number>/effect/": signed_in(number=instrument),
    "/api/v1/instruments/<number>/issue/": signed_in(None, post=409, number=instrument),
    "/api/v1/instruments/<number>/accept/": only(("delegate",), None, post=409, number=instrument),
    "/api/v1/instruments/<number>/withdraw/": only(DRAFTERS, None, post=409, number=instrument),
    "/api/v1/instruments/<number>/resume/": only(("approver",), None, post=409, number=instrument),
    "/api/v1/instruments/<number>/suspend/": only(
        ("approver",), None, post=200, changes=True, sent=_because, number=instrument
    ),
    "/api/v1/instruments/<number>/supersede/": signed_in(None, post=400, number=instrument),
    "/api/v1/instruments/<number>/revoke/": only(
        ("approver",), None, post=200, number=instrument, changes=True,
        sent=_because,
    ),
    "/api/v1/notices/": signed_in(),
    "/api/v1/notices/preferences/": signed_in(post=400),
    "/api/v1/notices/read/": signed_in(None, post=200, changes=True),
    "/api/v1/notices/<uuid:notice_id>/read/": signed_in(None, post=204, but=is_the_submitters(204), changes=True),
    "/api/v1/queue/": signed_in(),
    "/api/v1/verbs/": signed_in(),
    "/api/v1/cases/": signed_in(),
    "/api/v1/cases/<str:handle>/": case("summary"),
    "/api/v1/cases/<str:handle>/moves/": case("summary"),  # its POST has a row for each act (`acts.py`)
    "/api/v1/cases/<str:handle>/explanation/": case("summary"),
    "/api/v1/cases/<str:handle>/desks/<slug:desk>/assignment/": case(
        "summary", reassigns, POST=case_act(403, "summary", reassigns)
    ),
    "/api/v1/cases/<str:handle>/versions/<int:number>/": case("full", has_a_version),
    "/api/v1/cases/<str:handle>/assessments/<slug:desk>/": case(
        "summary", has_written,
        PATCH=case_act(200, "summary", saves_assessment(200), lambda w, s: {"base_revision": 1, "overall": "x"},
                       changes=True),
    ),
    "/api/v1/cases/<str:handle>/letter/": case("full", has_a_letter),
    "/api/v1/screenings/": signed_in(None, post=400),
    "/api/v1/schemas/<slug:key>/": signed_in(key=is_("short-1")),
    "/api/v1/initiatives/": _door(
        Rule(), {"POST": Rule(201, but=is_the_submitters_office, sent=_new_initiative, changes=True)}
    ),
    "/api/v1/initiatives/<uuid:pk>/": case("card"),
    "/api/v1/initiatives/<uuid:pk>/again/": _door(
        None,
        {"POST": case_act(201, "full", begins_again(201), changes=True)},
        pk=lambda world, state: world.initiative(state).pk,
    ),
    "/api/v1/initiatives/<uuid:pk>/draft/": case(
        "full", reads_draft,
        PATCH=case_act(200, "full", writes_section(200), _changes, changes=True),
        DELETE=case_act(204, "full", removes_draft(204), changes=True),
    ),
    "/api/v1/initiatives/<uuid:pk>/versions/": case("full"),
    "/api/v1/initiatives/<uuid:pk>/versions/<int:number>/": case("full", has_a_version),
    "/api/v1/initiatives/<uuid:pk>/versions/<int:before>/to/<int:after>/": case("full", has_two_versions),
    "/api/v1/dashboard/": only(READERS),
    "/api/v1/dashboard/cases/": only(READERS),
    "/api/v1/register/events/": auditors(),
    "/api/v1/register/events/<uuid:event_id>/": auditors(),
    "/api/v1/register/verification/": auditors(),
}  # fmt: skip

#: Doors whose acts the matrix walks one by one (`test_matrix`), with the door of each act.
ACT_PAGE = "/cases/<str:handle>/acts/<slug:verb>/"
ACT_API = "/api/v1/cases/<str:handle>/moves/"
