"""The sentences of what offices refuse. Each says the fact, the instrument where there is one, and what
helps."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

EXERCISING = {
    "offices.not_active": _("This account is not active, so it holds no authority."),
    "offices.no_instrument": _("No instrument in force gives you function {function} for {office}."),
    "offices.instrument_revoked": _("Instrument {number} was revoked on {on}."),
    "offices.instrument_ended": _("Instrument {number} ended on {on}."),
    "offices.instrument_not_begun": _("Instrument {number} comes into force on {on}."),
    "offices.office_not_covered": _("Instrument {number} does not cover {office}."),
    "offices.above_ceiling": _(
        "USD {amount} is above USD {limit}, the ceiling of instrument {number}, in force to {until}."
    ),
    "offices.no_such_function": _("There is no function {function} in the framework."),
}
ISSUING = {
    "offices.not_an_issuer": _(
        "Only the Chief Information Technology Officer issues instruments; you do not hold that post."
    ),
    "offices.not_the_delegate": _(
        "Instrument {number} can be passed on only by the holder of the post that it names."
    ),
    "offices.not_the_delegator": _(
        "Instrument {number} is revoked by the post that issued it, or by the Chief Information Technology "
        "Officer."
    ),
    "offices.no_functions": _("The instrument names no function."),
    "offices.no_such_office": _("There is no office with the code {office}."),
    "offices.no_such_post": _("There is no post with the code {post}."),
    "offices.no_such_instrument": _("There is no instrument with the number {number}."),
    "offices.no_offices": _("The instrument names no office."),
    "offices.no_legal_basis": _("The instrument names no legal basis."),
    "offices.central_outside_oict": _(
        "{functions}: functions of paragraphs 7, 15 and 18 are never delegated outside OICT, and {post} is a "
        "post of {office}."
    ),
    "offices.too_long": _("An instrument holds for 24 months at most: until {latest} here."),
    "offices.ends_before_it_begins": _("The instrument would end before it begins."),
    "offices.reaches_back": _("An instrument never reaches back: it begins today at the earliest."),
    "offices.to_oneself": _("Nobody delegates to themselves: {post} is held by the one who would delegate."),
    "offices.role_holds_nothing": _(
        "A post with the role “{role}” holds no function: it has no part in any case."
    ),
    "offices.limit_not_positive": _("The ceiling is an amount above zero."),
    "offices.limit_not_usd": _("Ceilings are set in US dollars, the currency in which cases are compared."),
    "offices.no_ceiling_on_assessment": _(
        "{functions} give assessment only: a ceiling would have nothing to limit."
    ),
    "offices.office_closed": _("{office} closed on {on}."),
    "offices.held_already": _(
        "Function {function} is already held for {office} under instrument {number}, in force to {until}."
    ),
    "offices.held_by_another": _(
        "Another instrument took one of these functions for one of these offices at the same moment."
    ),
    "offices.no_such_period": _("“{period}” is no reporting period."),
    "offices.number_taken": _("There is an instrument with the number {number} already."),
    "offices.not_sub_delegable": _("Instrument {number} does not allow its authority to be passed on."),
    "offices.parent_not_in_force": _("Instrument {number} is not in force."),
    "offices.outside_parent_functions": _("{functions}: not among the functions of instrument {number}."),
    "offices.outside_parent_scope": _("{offices}: not covered by instrument {number} for the whole period."),
    "offices.outside_parent_limit": _("The ceiling of instrument {number} is USD {limit}."),
    "offices.outside_parent_dates": _("Instrument {number} holds from {from_} to {until}."),
    "offices.no_reason_given": _("Say why: the reason stands in the record."),
    "offices.already_revoked": _("Instrument {number} was revoked on {on} already."),
}
POSTS = {
    "offices.not_an_administrator": _("Only an administrator of {office} appoints to its posts."),
    "offices.appoints_oneself": _("Nobody appoints themselves to a post."),
    "offices.post_is_held": _("{post} is held by {holder} in that time."),
    "offices.post_taken": _("{post} was given to another at the same moment."),
    "offices.person_not_active": _("{person} has no active account."),
    "offices.incompatible_posts": _(
        "{person} also holds {post}. An administrator or an auditor holds no other post at the same time."
    ),
    "offices.holding_has_ended": _("This appointment ended on {on} already."),
    "offices.ends_before_it_began": _("The appointment cannot end before it began on {on}."),
}
ABSENCES = {
    "offices.not_the_holder": _(
        "Only the holder of the post “{post}”, or who supervises it, says that the holder is away."
    ),
    "offices.nobody_to_be_absent": _("Nobody holds the post “{post}” now."),
    "offices.absence_reaches_back": _("An absence never reaches back: it begins today at the earliest."),
    "offices.absence_ends_first": _("The absence would end before it begins, or has ended already."),
    "offices.absent_already": _("An absence from this post is recorded from {from_} to {until} already."),
    "offices.absent_at_once": _("Another absence from this post was recorded at the same moment."),
    "offices.absence_is_over": _("This absence ended on {on} already."),
    "offices.no_stand_in_here": _("Nobody stands in at the post “{post}”."),
    "offices.stands_in_for_oneself": _("Nobody stands in for themselves."),
    "offices.stand_in_is_away": _("{person} is away in that time as well, until {until}."),
    "offices.stand_in_outside_oict": _(
        "{person} holds no post in the Office of ICT, and the post “{post}” is one of its posts."
    ),
    "offices.nobody_designated": _("Name at least one post of an assigned officer."),
    "offices.designated_twice": _("One post stands in the order once."),
    "offices.not_an_assigned_officer": _("The post “{post}” is not that of an assigned officer of OICT."),
    "offices.no_such_person": _("Nobody has an account with the address {email}."),
    "offices.holds_turns": _("{person} alone has open turns: {turns}."),
    "offices.successor_holds_it": _("{person} cannot be their own successor."),
}
STRUCTURE = {
    "offices.code_taken": _("There is an office with the code {code} already."),
    "offices.not_named": _("A name is missing."),
    "offices.below_itself": _("{office} cannot stand below itself."),
    "offices.moved_to_where_it_stands": _("{office} stands below {parent} already."),
    "offices.move_clashes": _(
        "The move would give {office} function {function} twice: by {number} and by {other}."
    ),
    "offices.move_takes_central_out": _(
        "The move would take a post that holds functions of paragraphs 7, 15 or 18 out of OICT."
    ),
    "offices.not_a_configurer": _("Only an administrator changes the Organization's structure."),
    "offices.calendar_confirmed": _("This version of the calendar is confirmed; a change is a new version."),
    "offices.not_a_calendar_keeper": _("Only an administrator keeps the calendars."),
    "offices.no_draft": _("No draft of this calendar waits to be confirmed."),
    "offices.no_authority_named": _("Name the authority on which the calendar rests."),
}

register_sentences(
    {**EXERCISING, **ISSUING, **POSTS, **ABSENCES, **STRUCTURE},
    remedies={
        "offices.no_instrument": _("Those who can are named here; or ask for an instrument."),
        "offices.above_ceiling": _("Pass the case to one who may decide this amount."),
        "offices.instrument_ended": _("Ask for a new instrument."),
        "offices.instrument_revoked": _("Pass the case to one who may decide."),
        "offices.office_not_covered": _("Pass the case to one whose instrument covers the office."),
        "offices.central_outside_oict": _("Name a post of OICT or of one of its sections."),
        "offices.no_such_period": _("Choose one of: {periods}."),
        "offices.too_long": _("Choose an earlier end, and renew it when it comes."),
        "offices.held_already": _(
            "Choose another period or other offices, mark the instrument as concurrent, or revoke the other."
        ),
        "offices.held_by_another": _("Load the page again and look at who holds it now."),
        "offices.post_is_held": _("End the present appointment first, or begin after it."),
        "offices.incompatible_posts": _("End the other appointment first."),
        "offices.nobody_to_be_absent": _("Ask an administrator of the office to appoint somebody."),
        "offices.absent_already": _("End that absence first, or choose other dates."),
        "offices.no_stand_in_here": _("Ask for another person to be appointed."),
        "offices.stand_in_outside_oict": _("Name a person who holds a post in the Office of ICT."),
        "offices.holds_turns": _("Name the person who takes the post and these turns over."),
        "offices.move_clashes": _("Revoke one of the two instruments first."),
        "offices.move_takes_central_out": _("Revoke the instrument first."),
    },
)
