"""The closed vocabularies of the Organization's side: kinds of office, roles, holders of a paragraph."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfficeKind(models.TextChoices):
    HEADQUARTERS = "headquarters", _("Headquarters")
    OICT = "oict", _("Office of Information and Communications Technology")
    DEPARTMENT = "department", _("Department")
    OFFICE_AWAY = "office_away", _("Office away from Headquarters")
    REGIONAL_COMMISSION = "regional_commission", _("Regional commission")
    FIELD_MISSION = "field_mission", _("Field mission")
    POLITICAL_MISSION = "political_mission", _("Special political mission")
    SECTION = "section", _("Section")


class Role(models.TextChoices):
    """The capacity in which a person acts. A post carries one role; a person may hold several posts."""

    SUBMITTER = "submitter", _("Submitter")
    HEAD_OF_OFFICE = "head_of_office", _("Head of office")
    ICT_CHIEF = "ict_chief", _("ICT chief of an office")
    FIELD_ICT_OFFICER = "field_ict_officer", _("Field ICT officer")
    CERTIFYING_OFFICER = "certifying_officer", _("Certifying finance officer")
    DESK_OFFICER = "desk_officer", _("OICT desk officer")
    REVIEWER_ALIGNMENT = "reviewer_alignment", _("Reviewer, strategic alignment")
    REVIEWER_STANDARDS = "reviewer_standards", _("Reviewer, standards and architecture")
    REVIEWER_VALUE = "reviewer_value", _("Reviewer, value and return")
    REVIEWER_SECURITY = "reviewer_security", _("Reviewer, security")
    LEAD_REVIEWER = "lead_reviewer", _("Lead reviewer")
    CITO = "cito", _("Chief Information Technology Officer")
    ASSIGNED_OFFICER = "assigned_officer", _("Assigned OICT officer")
    SECTION_CHIEF = "section_chief", _("OICT section chief")
    DUTY_OFFICER = "duty_officer", _("OICT duty officer")
    MC_MEMBER = "mc_member", _("Management Committee member")
    MC_SECRETARY = "mc_secretary", _("Secretary of the Management Committee")
    MC_CHAIR = "mc_chair", _("Chair of the Management Committee")
    STANDARDS_EDITOR = "standards_editor", _("Standards editor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    INVITED_ASSESSOR = "invited_assessor", _("Invited assessor")
    CONDITION_VERIFIER = "condition_verifier", _("Verifier of a condition")
    SERVICE_ACCOUNT = "service_account", _("Service account")


class Holder(models.TextChoices):
    """Who holds a function by the report itself, before any instrument."""

    CITO = "cito", _("Chief Information Technology Officer")
    OICT = "oict", _("Office of Information and Communications Technology")
    OFFICE = "office", _("ICT unit of the office")
    DPKO = "dpko", _("Department of Peacekeeping Operations")


class SubDelegation(models.TextChoices):
    NONE = "none", _("Not allowed")
    ONE_LEVEL = "one_level", _("One level")


class Period(models.TextChoices):
    """How often the holder of a function shows that it was performed."""

    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every three months")
    HALF_YEARLY = "half_yearly", _("every six months")
    YEARLY = "yearly", _("every year")


class Performance(models.TextChoices):
    """How a held function stands at an instant; asked of the rows, never written."""

    PERFORMING = "performing", _("performing")
    OVERDUE = "overdue", _("overdue")
    NO_EVIDENCE = "no_evidence", _("no evidence")


class SystemClass(models.TextChoices):
    """How far a system reaches, the narrowest first; the words of a business case."""

    ONE_OFFICE = "one_office", _("One office")
    SEVERAL_OFFICES = "several_offices", _("Several offices")
    ORGANIZATION = "organization", _("The whole Organization (an enterprise system)")


class DataClass(models.TextChoices):
    """How sensitive the information of a system is, the least first; the words of a business case."""

    UNCLASSIFIED = "unclassified", _("Unclassified")
    CONFIDENTIAL = "confidential", _("Confidential")
    STRICTLY_CONFIDENTIAL = "strictly_confidential", _("Strictly confidential")


class InstrumentState(models.TextChoices):
    """Where an instrument stands at an instant; worked out, never stored (`life.state_of`)."""

    DRAFT = "draft", _("Draft")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    AWAITING = "awaiting", _("Waits for acceptance")
    NOT_BEGUN = "not_begun", _("Not yet in force")
    IN_FORCE = "in_force", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Superseded")
    ENDED = "ended", _("Ended")


class InstrumentVerb(models.TextChoices):
    """What was done with an instrument."""

    DRAFTED = "drafted", _("Drafted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ISSUED = "issued", _("Issued")
    ACCEPTED = "accepted", _("Accepted")
    SUSPENDED = "suspended", _("Suspended")
    RESUMED = "resumed", _("Resumed")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Superseded")


CENTRAL_PARAGRAPHS = (7, 15, 18)
"""Functions of these paragraphs are never delegated outside OICT (A/61/765, 7, 15 and 18)."""

ASSESSMENT_ONLY = ("16a", "17e")
"""These functions give assessment, and no authority over a decision or an amount (A/61/765, 16a and 17e)."""
