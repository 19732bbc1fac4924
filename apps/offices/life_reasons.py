"""The sentences of what is refused in the life of an instrument."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

RELYING = {
    "offices.instrument_is_draft": _("Instrument {number} is a draft: it gives nothing until it is issued."),
    "offices.instrument_withdrawn": _("The draft {number} was withdrawn on {on}."),
    "offices.instrument_not_accepted": _(
        "Instrument {number} is issued, but the holder of its post has not accepted it."
    ),
    "offices.instrument_suspended": _("Instrument {number} is suspended since {on}."),
    "offices.instrument_superseded": _("Instrument {number} was superseded by {by} on {on}."),
    "offices.parent_suspended": _(
        "Instrument {number} is suspended with {parent}, from which it was passed on, since {on}."
    ),
    "offices.parent_revoked": _(
        "Instrument {number} is suspended for good: {parent}, from which it was passed on, ended on {on}."
    ),
    "offices.above_system_class": _(
        "Instrument {number} is limited to systems up to the class “{limit}”, and this one is above it or not classed."
    ),
    "offices.above_data_class": _(
        "Instrument {number} is limited to data up to the class “{limit}”, and these are above it or not classed."
    ),
}
HANDS = {
    "offices.not_a_drafter": _(
        "Instruments are drafted by the Chief Information Technology Officer, an OICT section chief or an "
        "administrator."
    ),
    "offices.nobody_delegates": _(
        "There is no post of the Chief Information Technology Officer that could delegate."
    ),
    "offices.drafted_by_oneself": _("You drafted {number}: another person issues it."),
    "offices.not_a_second_hand": _(
        "The delegator drafted {number}: the Chief Information Technology Officer or an OICT section chief issues it "
        "as the second hand."
    ),
    "offices.delegator_has_left": _(
        "Who drafted {number} as its delegator no longer holds {post}: it is drafted anew."
    ),
    "offices.not_ones_draft": _("The draft {number} is withdrawn by who drafted it, or by its delegator."),
    "offices.not_the_receiver": _("Instrument {number} is accepted by the holder of {post}."),
}
ACTS = {
    "offices.already_issued": _("Instrument {number} was issued on {on} already."),
    "offices.already_withdrawn": _("The draft {number} was withdrawn on {on} already."),
    "offices.already_accepted": _("Instrument {number} was accepted on {on} already."),
    "offices.already_suspended": _("Instrument {number} is suspended since {on} already."),
    "offices.not_suspended": _("Instrument {number} is not suspended."),
    "offices.resume_the_parent": _(
        "Instrument {number} stays suspended while {parent} is, from which it was passed on."
    ),
    "offices.not_its_successor": _(
        "Instrument {number} was given by another post, so this one cannot take its place."
    ),
    "offices.supersedes_at_once": _(
        "What takes the place of {number} begins when it is issued, so that the function is never held twice."
    ),
    "offices.no_such_class": _("There is no such class."),
    "offices.outside_parent_class": _("The limit of instrument {number} is the class “{limit}”."),
}

register_sentences(
    {**RELYING, **HANDS, **ACTS},
    remedies={
        "offices.instrument_not_accepted": _("The holder of the post accepts it on its page."),
        "offices.instrument_suspended": _(
            "Pass the case to one who may decide, or wait until it is resumed."
        ),
        "offices.parent_suspended": _("Pass the case to one who may decide, or wait until it is resumed."),
        "offices.above_system_class": _("Pass the case to one whose instrument covers this class."),
        "offices.above_data_class": _("Pass the case to one whose instrument covers this class."),
        "offices.delegator_has_left": _("Withdraw the draft, and draft it again."),
        "offices.resume_the_parent": _("Resume the other one first."),
        "offices.supersedes_at_once": _("Leave the beginning empty."),
        "offices.parent_not_in_force": _("Wait until it is in force, or ask its delegator."),
    },
)
