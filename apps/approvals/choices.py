"""Closed vocabularies of the review. Keys are stored and last for ever; labels may change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Side(TextChoices):
    """Whose ledger a turn counts in (A/61/765, 18: the office proposes, OICT reviews)."""

    OFFICE = "office", _("the office")
    OICT = "oict", _("the Office of ICT")


class Outcome(TextChoices):
    """One vocabulary of outcomes everywhere (page, API, letter, register)."""

    RETURNED = "returned_for_clarification", _("Returned for clarification")
    DEFERRED = "deferred", _("Deferred")
    REFERRED = "referred", _("Referred")
    APPROVED = "approved", _("Approved")
    APPROVED_WITH_CONDITIONS = "approved_with_conditions", _("Approved with conditions")
    NOT_APPROVED = "not_approved", _("Not approved")
    NOT_SUBJECT = "not_subject", _("Not subject to review")
    WITHDRAWN = "withdrawn", pgettext_lazy("outcome", "Withdrawn")
    REGISTERED = "registered", _("Registered")


#: What a decider may choose (review.md: no approval and no refusal by silence, so each is an act).
DECIDABLE = (Outcome.APPROVED, Outcome.APPROVED_WITH_CONDITIONS, Outcome.NOT_APPROVED)
APPROVALS = (Outcome.APPROVED, Outcome.APPROVED_WITH_CONDITIONS)
#: After which the office can begin again with the same text (review.md 8).
BEGUN_AGAIN = (Outcome.WITHDRAWN, Outcome.NOT_APPROVED)


class RouteStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Capacity(TextChoices):
    """The part that a person plays in one case; separation of duties compares these."""

    SUBMITTER = "submitter", _("Submitter")
    ATTESTER = "attester", _("Attesting officer")
    ENDORSER = "endorser", _("Endorser")
    OPINION = "opinion", _("Field opinion")
    INTAKE = "intake", _("OICT desk officer")
    REVIEWER = "reviewer", _("Reviewer")
    LEAD = "lead", _("Lead reviewer")
    DECIDER = "decider", _("Decider")
    COMMITTEE = "committee", _("Management Committee")
    EARLIER = "earlier", _("Who examined it before")
    IMPORTER = "importer", _("Importing service")


class Level(TextChoices):
    """How much of a case a person sees; the table is in `permissions.py`."""

    HIDDEN = "hidden", _("Hidden")
    CARD = "card", _("Card")
    SUMMARY = "summary", _("Summary")
    FULL = "full", _("Full")


class Position(TextChoices):
    """What the field opinion says (17e: an assessment, never an approval)."""

    SUPPORTS = "supports", _("Supports")
    SUPPORTS_WITH_REMARKS = "supports_with_remarks", _("Supports with remarks")
    DOES_NOT_SUPPORT = "does_not_support", _("Does not support")


class Answer(TextChoices):
    """An answer to a question of a desk that is not a score."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class ConditionKind(TextChoices):
    BEFORE_CONTRACT = "before_contract", _("Before contract")
    BEFORE_GO_LIVE = "before_go_live", _("Before go-live")
    PERIODIC = "periodic", _("Periodic")


class ConditionStatus(TextChoices):
    OPEN = "open", _("Open")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")


class EmergencyEnd(TextChoices):
    """Why an emergency authorization is over (review.md 10)."""

    DECIDED = "decided", _("the case was decided")
    NOT_APPROVED = "not_approved", _("the case was not approved")
    EXPIRED = "expired", _("its days are over")
    TAKEN_BACK = "taken_back", _("it was ended by the authority")
    WITHDRAWN = "withdrawn", _("the case was withdrawn")


class ReconsideredBy(TextChoices):
    """Who looks at a decision again (review.md 11)."""

    CITO = "cito", _("the CITO, as an assigned officer decided")
    REVIEWERS = "reviewers", _("reviewers who had no part in it, then the CITO")


class CommitteeWay(TextChoices):
    """How the Management Committee came to what it said; the keys of the first two are the steps of its desk."""

    MEETING = "meeting", _("Meeting")
    WRITTEN = "written", _("Written procedure")
    CHAIR = "chair", _("The chair alone")


class CommitteeResult(TextChoices):
    """What the Management Committee does with a decision that is subject to it (review.md 3)."""

    NOTED = "noted", _("Noted")
    RETURNED = "returned", _("Returned")
    DEFERRED = "deferred", _("Deferred for want of a quorum")
