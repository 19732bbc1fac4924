"""What the review says to people, as notices on the page and mails (seam 16: codes and facts are stored,
words are made at the edge).
"""

from django.utils.translation import gettext_lazy as _

from apps.notices.ways import Group, register_groups
from apps.notices.wording import register_wording

WORDING = {
    "turn.opened": (
        _("Your turn: {title} {reference}"),
        _("The case “{title}” {reference} waits for you or your desk. It is due on {due_at}."),
    ),
    "turn.vacant": (
        _("Nobody has this turn: {title} {reference}"),
        _(
            "“{title}” {reference} waits at a post that nobody holds now, or whose holder is away without a "
            "stand-in. Your first page says what mends it. It is due on {due_at}."
        ),
    ),
    "turn.given": (
        _("Given to you: {title} {reference}"),
        _("{by} gave you the turn in “{title}” {reference}: {words}. It is due on {due_at}."),
    ),
    "turn.given_away": (
        _("Given to another: {title} {reference}"),
        _("{by} gave your turn in “{title}” {reference} to {to}: {words}."),
    ),
    "turn.reminder_50": (
        _("Half of the time has passed: {title} {reference}"),
        _("The case “{title}” {reference} waits for you or your desk. It is due on {due_at}."),
    ),
    "turn.reminder_80": (
        _("Due soon: {title} {reference}"),
        _("Most of the time for “{title}” {reference} has passed. It is due on {due_at}."),
    ),
    "turn.due": (
        _("Due now: {title} {reference}"),
        _("The time for “{title}” {reference} ends at {due_at}. After that it is overdue."),
    ),
    "turn.escalated": (
        _("Overdue, brought to you: {title} {reference}"),
        _("“{title}” {reference} was due on {due_at}, and is overdue. Please see to it that it is taken up."),
    ),
    "clarification.warning": (
        _("Without an answer the case is withdrawn: {title} {reference}"),
        _(
            "OICT asked about “{title}” {reference}. Where no answer is sent by {due_at}, the case is withdrawn by "
            "rule. You can ask for more time on the portal."
        ),
    ),
    "clarification.lapsed": (
        _("Withdrawn without an answer: {title} {reference}"),
        _(
            "The questions about “{title}” {reference} were not answered by {due_at}, and the case was withdrawn by "
            "rule. Until {until_at} the office can open it again on the portal."
        ),
    ),
    "clarification.extended": (
        _("More time: {title} {reference}"),
        _("You have more time to answer the questions about “{title}” {reference}: until {due_at}."),
    ),
    "clarification.not_extended": (
        _("No more time: {title} {reference}"),
        _(
            "You were given no more time for the questions about “{title}” {reference}. They are due on {due_at}."
        ),
    ),
    "emergency.authorized": (
        _("Emergency authorized: {title} {reference}"),
        _(
            "You may spend up to USD {amount} on “{title}” {reference} until {until_at}. The whole business case is "
            "due on {case_due_at}; without it the authorization is suspended."
        ),
    ),
    "emergency.refused": (
        _("Emergency not authorized: {title} {reference}"),
        _("No emergency authorization was given for “{title}” {reference}. The reasons are on the portal."),
    ),
    "emergency.suspended": (
        _("Emergency authorization suspended: {title} {reference}"),
        _(
            "The emergency authorization of “{title}” {reference} is suspended: make no new commitment under it."
        ),
    ),
    "emergency.ended": (
        _("Emergency authorization over: {title} {reference}"),
        _("The emergency authorization of “{title}” {reference} is over: make no new commitment under it."),
    ),
    "emergency.stopped": (
        _("Not approved, stop spending: {title} {reference}"),
        _(
            "“{title}” {reference} was not approved, and its emergency authorization is over: make no new commitment. "
            "Give the plan for winding down by {plan_due_at}."
        ),
    ),
    "emergency.no_plan": (
        _("No plan for winding down: {title} {reference}"),
        _("The plan for winding down “{title}” {reference} was due on {plan_due_at}, and is not there."),
    ),
    "certificate.given": (
        _("Not subject to review: {title} {reference}"),
        _(
            "OICT certified that “{title}” is not subject to review. The certificate has the number {reference}."
        ),
    ),
    "certificate.subject": (
        _("Subject to review: {title} {reference}"),
        _(
            "OICT found “{title}” {reference} subject to review. The reasons are on the portal; your draft is as you "
            "left it."
        ),
    ),
    "certificate.lifted": (
        _("Certificate lifted: {title} {reference}"),
        _(
            "The certificate of “{title}” {reference} was examined again and lifted: it is subject to review. Your "
            "draft is as you left it."
        ),
    ),
    "reconsideration.asked": (
        _("Reconsideration asked for: {title} {reference}"),
        _(
            "The head of office asked that your decision on “{title}” {reference} be reconsidered. It stands meanwhile."
        ),
    ),
    "reconsideration.warning": (
        _("Without an answer the decision stands: {title} {reference}"),
        _(
            "OICT asked about “{title}” {reference}, whose decision you asked to have reconsidered. Where no answer is "
            "sent by {due_at}, the reconsideration ends. You can ask for more time on the portal."
        ),
    ),
    "reconsideration.lapsed": (
        _("The decision stands: {title} {reference}"),
        _(
            "The questions about “{title}” {reference} were not answered by {due_at}. The reconsideration ended, and "
            "the decision stands."
        ),
    ),
    "reconsideration.decided": (
        _("Reconsidered: {title} {reference}"),
        _(
            "The CITO's own decision on “{title}” {reference} was reconsidered, with reviewers who had no part in it. "
            "The new decision is in effect."
        ),
    ),
    "decision.approved": (
        _("Decision: {title} {reference}"),
        _("The review of “{title}” {reference} is closed with an approval. The letter is on the portal."),
    ),
    "decision.not_approved": (
        _("Decision: {title} {reference}"),
        _(
            "The review of “{title}” {reference} is closed without an approval. The letter on the "
            "portal says why, and what would change it."
        ),
    ),
}

register_wording(WORDING)
register_groups(
    {
        **{
            f"emergency.{code}": Group.NEEDED
            for code in ("authorized", "refused", "suspended", "ended", "stopped", "no_plan")
        },
        "decision.approved": Group.NEEDED,
        "decision.not_approved": Group.NEEDED,
        "clarification.warning": Group.NEEDED,
        "clarification.lapsed": Group.NEEDED,
        "clarification.not_extended": Group.NEEDED,
        "clarification.extended": Group.NEWS,
        "turn.given_away": Group.NEWS,
        **{f"certificate.{code}": Group.NEEDED for code in ("given", "subject", "lifted")},
        "reconsideration.asked": Group.NEWS,
        "reconsideration.warning": Group.NEEDED,
        "reconsideration.lapsed": Group.NEEDED,
        "reconsideration.decided": Group.NEWS,
    }
)
