"""The sentences of the review's refusals (seam 16): a code inside, words at the edge, each with what to do next."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

SENTENCES = {
    "case.not_found": _("There is no such case, or you may not see it."),
    "case.closed": _("The case is closed since {closed_at}: {outcome}."),
    "case.no_turn": _("Nobody has the turn for this act now. The case is at the stage “{stage}”."),
    "case.paused": _("The clock stands still: the office has been asked for clarification."),
    "case.not_your_seat": _("The turn belongs to {desk}, and you hold no post there."),
    "case.taken": _("{name} has taken this turn."),
    "case.not_taken": _("Nobody has taken this turn yet."),
    "case.version_changed": _("Version {current} of the case arrived while you read version {seen}."),
    "case.key_used": _("This request was already used for another act."),
    "case.unknown_verb": _("“{verb}” is not an act of the review."),
    "case.already_open": _("A case for this is already open."),
    "case.not_to_begin_again": _("Only a case that was withdrawn or not approved is begun again."),
    "case.begun_again": _("It was begun again already: {case}."),
    "committee.returned_before": _("The Management Committee has returned this decision once already."),
    "committee.meet_first": _(
        "The written procedure opens after {asked} meetings without a quorum, or past the last day: {failed} so far."
    ),
    "committee.written_runs": _("The written procedure still runs: the chair has the turn once it is over."),
    "committee.no_member": _(
        "“{name}” is no member of the Management Committee who counts here; who decided, and a CITO, do not."
    ),
    "committee.no_quorum": _("{present} members took part, and the quorum is {quorum}."),
    "committee.has_quorum": _(
        "With {quorum} members present there is a quorum: the decision is noted or returned."
    ),
    "committee.no_majority": _("Of {present} members {against} voted otherwise: that is no majority for it."),
    "committee.met_when": _("The meeting was between {from}, when it was decided, and {to}."),
    "committee.next_when": _("The next meeting is after today ({today})."),
    "separation.other_part": _(
        "You took part in this case in another capacity ({part}), so you cannot act as {capacity}."
    ),
    "separation.other_desk": _("You assess this case at another desk; one person sits at one desk."),
    "separation.served": _(
        "You served in the sponsoring office, or one above or below it, in the last {months} months."
    ),
    "separation.other_part_of_absent": _(
        "{name}, for whom you stand in, took part in this case in another capacity ({part}), so you cannot act as "
        "{capacity} on their behalf."
    ),
    "separation.other_desk_of_absent": _(
        "{name}, for whom you stand in, assesses this case at another desk; one person sits at one desk."
    ),
    "separation.served_of_absent": _(
        "{name}, for whom you stand in, served in the sponsoring office, or one above or below it, in the last "
        "{months} months."
    ),
    "standin.over": _("The absence of {name} is over, so you no longer act on their behalf."),
    "standin.own_authority": _(
        "You stand in for {name}, and this act exercises a function: it needs authority of your own."
    ),
    "standby.not_now": _(
        "Instrument {number} takes effect only while the Chief Information Technology Officer is away or has "
        "stepped aside, or the post is vacant."
    ),
    "standby.another_first": _("{name} was designated before you, and played no part in this case."),
    "standby.kept_out": _(
        "Instrument {number} designates you for this, but your part in the case, your service near its office or "
        "your absence keeps you out."
    ),
    "conflict.recused_absent": _("{name}, for whom you stand in, stepped aside from this case."),
    "conflict.declare_first": _("Declare first whether you have a conflict of interest."),
    "conflict.recused": _("You have recused yourself from this case."),
    "conflict.already_declared": _("You have already declared that you have no conflict."),
    "reassign.no_turn": _("This desk has no open turn now."),
    "reassign.not_this_desk": _(
        "Only a turn at a desk of the Office of ICT is given to another, and no decision."
    ),
    "reassign.not_the_chief": _("Only the section chief gives a turn to another."),
    "reassign.not_at_the_desk": _("{name} holds no post at this desk, and stands in for nobody there."),
    "reassign.nobody": _("There is no such person."),
    "reassign.has_it": _("Has the turn already."),
    "reassign.away": _("Is away now."),
    "reassign.recused": _("{name} stepped aside from this case."),
    "reassign.other_part": _("{name} took part in this case in another capacity ({part})."),
    "reassign.other_desk": _("{name} assesses this case at another desk."),
    "reassign.served": _(
        "{name} served in the sponsoring office, or one above or below it, in the last {months} months."
    ),
    "route.not_published": _("No route is published for this yet: {why}."),
    "route.faults": _("The route cannot be published: {faults}."),
    "field.required": _("{label} is missing."),
    "field.unknown": _("There is no field “{name}”."),
    "field.choice": _("“{value}” is not one of the possible answers for {label}."),
    "field.too_long": _("{label} is longer than {limit} characters."),
    "field.not_number": _("{label} must be a number."),
    "field.not_date": _("{label} must be a date, as in 2026-12-31."),
    "field.not_text": _("{label} must be text without control characters."),
    "field.not_list": _("{label} must be a list."),
    "field.past": _("{label} must lie in the future."),
    "assessment.unknown_criterion": _("The desk has no criterion “{criterion}”."),
    "assessment.score_missing": _("“{criterion}” has no score yet."),
    "assessment.score_range": _("The score of “{criterion}” must be a whole number from 1 to 5."),
    "assessment.answer_missing": _("“{criterion}” has no answer yet."),
    "assessment.evidence_missing": _("“{criterion}” has no evidence in words yet."),
    "assessment.comment_missing": _(
        "“{criterion}” is scored {score}: say in a comment why it is at the end of the scale."
    ),
    "assessment.stale": _("Your assessment was saved elsewhere in the meantime (revision {current})."),
    "assessment.empty": _("You have not written an assessment yet."),
    "clarification.empty": _("A request needs at least one question."),
    "clarification.unknown_field": _("The business case has no field “{field}”."),
    "clarification.unanswered": _("Question {number} has no answer yet."),
    "clarification.no_more_time": _("More time was given {times} times already; that is all."),
    "clarification.time_was_asked": _(
        "More time was asked for already, and the lead reviewer has not answered yet."
    ),
    "clarification.answered": _("The questions have been answered."),
    "clarification.not_lapsed": _(
        "Only a case that was withdrawn because its questions were not answered is opened again."
    ),
    "clarification.too_late_to_reopen": _("It could be opened again within {days} days, and they are over."),
    "assessment.not_yours": _(
        "Only who wrote the assessment confirms it; who has the desk now writes their own."
    ),
    "case.open": _("The case is open."),
    "emergency.asked_before": _("An emergency authorization was asked for already: once for a case."),
    "emergency.not_here": _("No emergency authorization can be asked for at this stage."),
    "emergency.not_approved_before": _(
        "This need was not approved after an emergency ({case}); no second is accepted."
    ),
    "emergency.no_amount": _("Say the most that may be spent."),
    "emergency.too_long": _("An emergency authorization holds for {days} days at most."),
    "emergency.amount_too_high": _("The amount is above zero, and at most what was asked for ({asked})."),
    "emergency.longer_than_asked": _("It was asked for {days} days; it holds for no longer."),
    "emergency.none": _("There is no emergency authorization here."),
    "emergency.no_plan_owed": _("No plan for winding down is owed here."),
    "emergency.plan_given": _("The plan for winding down was given already."),
    "clarification.unchanged": _("Nothing was answered or changed."),
    "decision.assessment_missing": _(
        "Nothing can be decided yet: the assessment of “{criterion}” is missing."
    ),
    "decision.recommendation_missing": _(
        "Nothing can be decided yet: the lead reviewer has not recommended."
    ),
    "decision.assessor_missing": _(
        "Nothing can be decided yet: OICT sponsors this itself, and no desk was filled by an invited assessor from "
        "another office."
    ),
    "decision.conditions_missing": _("An approval with conditions names at least one condition."),
    "decision.conditions_present": _("This outcome takes no conditions."),
    "decision.override_reason": _("The decision differs from the recommendation ({recommended}): say why."),
    "decision.amount_missing": _("An approval states its maximum amount."),
    "decision.amount_too_high": _("The amount of {amount} is above what was asked for ({asked})."),
    "decision.already": _("The case was decided by {name} at {at}: {outcome}."),
    "decision.window_over": _("The decision took effect at {at}; only a new act can reverse it."),
    "decision.sent_back_before": _("The recommendation was sent back once already; once is all."),
    "decision.not_yours": _("Only {name}, who decided, can withdraw the decision in these minutes."),
    "certificate.asked_before": _("A certificate was asked for once already."),
    "certificate.not_here": _("It is asked on a draft of which nothing was handed on."),
    "certificate.none": _("No certificate was asked for."),
    "reconsideration.asked_before": _("Reconsideration was asked for once already; once is all."),
    "reconsideration.no_decision": _("There is no decision in effect that could be reconsidered."),
    "reconsideration.too_late": _("Reconsideration could be asked for until {until}."),
    "reconsideration.not_asked": _("No reconsideration is under way."),
    "reconsideration.stands": _("The case is decided, and the decision stands while it is reconsidered."),
    "reconsideration.cito_decides": _(
        "What is reconsidered is decided by the CITO, not under an instrument."
    ),
    "confirmation.missing": _("A decision is confirmed by passkey, by a code, or with your password."),
    "confirmation.old": _("The confirmation is older than {minutes} minutes."),
    "confirmation.other_version": _("You confirmed another version than the one that is decided."),
    "confirmation.other_person": _("The confirmation is another person's."),
    "confirmation.token": _("A decision is made in a signed-in session, never with an API token."),
    "exception.not_yours": _("You may not let others in to this case."),
    "exception.oneself": _("Nobody lets themselves in."),
    "exception.inactive": _("The account of {name} is closed."),
    "exception.recused": _("{name} stepped aside from this case."),
    "exception.no_reason": _("Say why, in at most 2,000 characters."),
    "exception.ends_when": _("The end must lie ahead, at most a year from now."),
    "exception.sees_already": _("{name} reads the whole case already."),
    "exception.over": _("The exception is over."),
    "subject.locked": _("The business case is with others now and cannot be edited."),
    "parameter.missing": _("The parameter {key} has no value on {on}."),
}
REMEDIES = {
    "case.version_changed": _("Read what changed, then act on the new version."),
    "case.key_used": _("Load the page again and repeat the act."),
    "case.paused": _("The clock goes on when the office has answered."),
    "conflict.declare_first": _("Open the case and declare; it takes one step."),
    "clarification.not_lapsed": _("Begin again with its text; the page of the case offers it."),
    "clarification.too_late_to_reopen": _("Begin again with its text; the page of the case offers it."),
    "assessment.stale": _("Load the page again; your text is shown beside the saved one."),
    "route.not_published": _(
        "Write to the Office of ICT: it says how such a case is handled until a route is published."
    ),
    "confirmation.old": _("Type your password again."),
    "confirmation.missing": _("Use your passkey, or type a code or your password beside the button."),
    "confirmation.other_person": _("The confirmation is another person's."),
    "confirmation.token": _("Sign in on the portal to decide."),
    "reconsideration.asked_before": _("Begin again with its text, where it was not approved."),
    "reconsideration.too_late": _("Begin again with its text, where it was not approved."),
    "reconsideration.stands": _("Withdraw the request for reconsideration instead."),
    "decision.amount_too_high": _("State at most the amount of the business case."),
    "field.not_text": _("Paste the text again as plain text."),
}

register_sentences(SENTENCES, REMEDIES)
