from apps.approvals.models.case import (
    Case,
    CaseUserGrant,
    ConflictDeclaration,
    Participation,
    ReferenceCounter,
)
from apps.approvals.models.certificate import Certificate
from apps.approvals.models.committee import CommitteeRecord
from apps.approvals.models.decision import Condition, Decision
from apps.approvals.models.emergency import Emergency
from apps.approvals.models.exception import NamedException
from apps.approvals.models.feed import CalendarFeed
from apps.approvals.models.reconsideration import Reconsideration
from apps.approvals.models.review import (
    Assessment,
    AssessmentScore,
    Attestation,
    Clarification,
    ClarificationDraft,
    ClarificationItem,
    Opinion,
    Recommendation,
)
from apps.approvals.models.route import Parameter, Route
from apps.approvals.models.turn import Move, Turn, TurnPause

__all__ = [
    "Assessment",
    "AssessmentScore",
    "Attestation",
    "CalendarFeed",
    "Case",
    "CaseUserGrant",
    "Certificate",
    "Clarification",
    "ClarificationDraft",
    "ClarificationItem",
    "CommitteeRecord",
    "Condition",
    "ConflictDeclaration",
    "Decision",
    "Emergency",
    "Move",
    "NamedException",
    "Opinion",
    "Parameter",
    "Participation",
    "Recommendation",
    "Reconsideration",
    "ReferenceCounter",
    "Route",
    "Turn",
    "TurnPause",
]
