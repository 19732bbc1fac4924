"""Closed vocabularies of initiatives and their business cases. Keys are stored and last; labels may
change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InitiativeKind(TextChoices):
    """What is to be done (review.md: every one of these is subject to paragraph 18)."""

    CUSTOM = "custom", _("Custom-built system")
    PACKAGE = "package", _("Purchased package")
    SAAS = "saas", _("Software as a service")
    CONFIGURATION = "configuration", _("Configuration or low-code on a platform in use")
    ENHANCEMENT = "enhancement", _("Major enhancement of a running system")
    REPLACEMENT = "replacement", _("Replacement of a running system")
    EXTENSION = "extension", _("Extension of a shared service to more users")


class ScreeningKind(TextChoices):
    """The first question of the screening: the kinds above, and what belongs to the office itself (paragraph
    16)."""

    CUSTOM = InitiativeKind.CUSTOM.value, InitiativeKind.CUSTOM.label
    PACKAGE = InitiativeKind.PACKAGE.value, InitiativeKind.PACKAGE.label
    SAAS = InitiativeKind.SAAS.value, InitiativeKind.SAAS.label
    CONFIGURATION = InitiativeKind.CONFIGURATION.value, InitiativeKind.CONFIGURATION.label
    ENHANCEMENT = InitiativeKind.ENHANCEMENT.value, InitiativeKind.ENHANCEMENT.label
    REPLACEMENT = InitiativeKind.REPLACEMENT.value, InitiativeKind.REPLACEMENT.label
    EXTENSION = InitiativeKind.EXTENSION.value, InitiativeKind.EXTENSION.label
    INFRASTRUCTURE_WITH_SOFTWARE = (
        "infrastructure_with_software",
        _("Equipment or networks, with software that is built or bought for it"),
    )
    INFRASTRUCTURE = "infrastructure", _("Equipment or networks only, no new software")
    LOCAL_SERVICE = "local_service", _("Local support, service levels, training or recovery plans")


class FundSource(TextChoices):
    REGULAR_BUDGET = "regular_budget", _("Regular budget")
    PEACEKEEPING_MISSION = (
        "peacekeeping_mission",
        _("Peacekeeping mission budget (1 July to 30 June)"),
    )
    SUPPORT_ACCOUNT = "support_account", _("Support account (peacekeeping)")
    SPECIAL_POLITICAL_MISSION = "special_political_mission", _("Special political mission")
    TRUST_FUND = "trust_fund", _("Trust fund")
    VOLUNTARY = "voluntary", _("Voluntary or earmarked contribution")
    PROGRAMME_SUPPORT = "programme_support", _("Programme support costs")
    COST_RECOVERY = "cost_recovery", _("Cost recovery or revolving fund")
    JOINTLY_FINANCED = "jointly_financed", _("Jointly financed")
    CAPITAL = "capital", _("Capital or one-time appropriation")
    IN_KIND = "in_kind", _("In kind")
    SHARED = "shared", _("Shared by several")


class FundStatus(TextChoices):
    SECURED = "secured", _("Secured")
    REQUESTED = "requested", _("Requested")
    PLEDGED = "pledged", _("Pledged")
    UNFUNDED = "unfunded", _("No source yet")


class Sensitivity(TextChoices):
    UNCLASSIFIED = "unclassified", _("Unclassified")
    CONFIDENTIAL = "confidential", _("Confidential")
    STRICTLY_CONFIDENTIAL = "strictly_confidential", _("Strictly confidential")


class Reach(TextChoices):
    ONE_OFFICE = "one_office", _("One office")
    SEVERAL_OFFICES = "several_offices", _("Several offices")
    ORGANIZATION = "organization", _("The whole Organization (an enterprise system)")


class Novelty(TextChoices):
    KNOWN = "known", _("In use in this office already")
    NEW_HERE = "new_here", _("In use elsewhere in the Organization, new to this office")
    NEW = "new", _("New to the Organization")


class Hosting(TextChoices):
    UN_DATA_CENTRE = "un_data_centre", _("A data centre of the Organization")
    UN_CLOUD = "un_cloud", _("The Organization's own cloud tenancy")
    VENDOR = "vendor", _("The supplier hosts it")
    ON_SITE = "on_site", _("On site, at the duty station")
    UNDECIDED = "undecided", _("Not decided yet")


class OptionKind(TextChoices):
    DO_NOTHING = "do_nothing", _("Do nothing")
    REUSE = "reuse", _("Reuse an existing system of the Organization")
    BUY = "buy", _("Buy")
    BUILD = "build", _("Build")
    OTHER = "other", _("Another way")


class SimilarOutcome(TextChoices):
    ADOPTED = "adopted", _("Adopted as it is")
    ADAPTED = "adapted", _("Adapted")
    DECLINED = "declined", _("Declined")


class BenefitKind(TextChoices):
    CASH_SAVING = "cash_saving", _("Cash saving")
    COST_AVOIDANCE = "cost_avoidance", _("Cost avoidance")
    STAFF_TIME = "staff_time", _("Staff time freed")
    REVENUE = "revenue", _("Revenue")
    RISK_REDUCTION = "risk_reduction", _("Risk reduction")
    SERVICE_QUALITY = "service_quality", _("Service quality")
    MANDATE = "mandate", _("Mandate")
    ENVIRONMENTAL = "environmental", _("Environmental")


class Conformity(TextChoices):
    COMPLIES = "complies", _("Complies")
    PARTLY = "partly", _("Partly, with a date for the rest")
    EXCEPTION = "exception", _("An exception is asked for with this case")
    FAILS = "fails", _("Does not comply")
    NOT_APPLICABLE = "not_applicable", _("Does not apply")


class Urgency(TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    FIELD_URGENT = "field_urgent", _("Urgent in the field (6d)")


class InitiativeStatus(TextChoices):
    OPEN = "open", _("Open")
    DISCARDED = "discarded", _("Removed draft")
    REGISTERED = "registered", _("Registered")
    CLOSED = "closed", _("Closed")
