"""A subject with much to read, for the tests of pages: texts, tables, an appraisal, and what changed."""

import re
import uuid
from decimal import Decimal
from typing import Any

from django.test import Client

from apps.approvals import subjects
from tests.factories.approvals import FACT_TYPES, Probe, Review, make_review

HOSTILE = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"
NEED = (
    "Twelve team sites lose their link for nine hours a week on average, because diesel does not arrive in "
    "time.\n\nEach lost hour means that a patrol moves without a radio check. In 2025 there were 412 such hours."
)


class RichProbe(Probe):
    """As the probe, with a presenter that shows every kind of row."""

    def sections(self, subject_id: uuid.UUID, number: int) -> list[subjects.Section]:
        draft = self.drafts[subject_id]
        row = subjects.Row
        return [
            subjects.Section(
                "identity",
                "What it is",
                [
                    row("title", "Title", draft.title, "text", "en"),
                    row("kind", "Kind", "A new system", "choice"),
                    row("sponsor", "Sponsor", "Director of Mission Support", "text", "en"),
                    row("personal", "Personal data", "No", "bool"),
                ],
            ),
            subjects.Section(
                "problem",
                "The need",
                [
                    row("problem.need", "Need", NEED, "narrative", "en"),
                    row("problem.who", "Who is concerned", "دوريات القطاع الشمالي", "narrative", "ar"),
                    row("problem.hostile", "As pasted", HOSTILE, "narrative", "en"),
                ],
            ),
            subjects.Section(
                "costs",
                "Costs",
                [
                    row(
                        "costs.rows",
                        "Costs by year",
                        [
                            ["2027", "USD 120,000.00", "USD 12,000.00"],
                            ["2028", "USD 0.00", "USD 16,000.00"],
                            ["2029", "USD 0.00", "USD 16,000.00"],
                        ],
                        "table",
                        "en",
                        ("Year", "Once", "Each year"),
                    ),
                    row("costs.basis", "Basis", "", "narrative", "en"),
                ],
            ),
        ]

    def summary(self, subject_id: uuid.UUID, number: int) -> list[subjects.Row]:
        row = subjects.Row
        return [
            row("problem.need", "Need", NEED, "narrative", "en"),
            row("option", "Chosen option", "Solar panels and a battery at each site", "text", "en"),
            row("value_usd", "Cost over five years", "USD 180,000.00", "money"),
            row("tier", "Review depth", "1"),
        ]

    def blind_summary(self, subject_id: uuid.UUID, number: int) -> list[subjects.Row]:
        return [
            subjects.Row("title", "Title", self.drafts[subject_id].title, "text", "en"),
            subjects.Row("offices", "Offices", "UNMISS"),
        ]

    def appraisal(self, subject_id: uuid.UUID, number: int) -> dict[str, Any]:
        return {
            "currency": "USD",
            "years": [2027, 2028, 2029],
            "costs": ["132000.00", "16000.00", "16000.00"],
            "benefits": ["0.00", "110000.00", "110000.00"],
            "value_usd": "180000.00",
            "columns": [
                {
                    "rate": "0.0",
                    "npv": "56000.00",
                    "bcr": "1.3415",
                    "roi": "34.15",
                    "discounted_payback": "2.5",
                },
                {
                    "rate": "3.5",
                    "npv": "41210.55",
                    "bcr": "1.2601",
                    "roi": "26.01",
                    "discounted_payback": "2.7",
                },
                {
                    "rate": "7.0",
                    "npv": "-1210.04",
                    "bcr": "0.9930",
                    "roi": "-0.70",
                    "discounted_payback": None,
                },
            ],
            "irr": {"answer": "one", "warns": False, "roots": ["26.4100"]},
            "payback": "2.5000",
        }

    def difference(self, subject_id: uuid.UUID, before: int, after: int) -> list[subjects.Change]:
        pieces = (
            ("equal", "Twelve team sites lose their link for "),
            ("delete", "seven"),
            ("insert", "nine"),
        )
        return [
            subjects.Change("problem.need", "Need", "The need", "seven", "nine", pieces),
            subjects.Change(
                "costs.rows/c1/once", "Cost 1 · Once", "Costs", "USD 100,000.00", "USD 120,000.00",
                percent=Decimal("20.0"),
            ),
            subjects.Change("problem.hostile", "As pasted", "The need", "", HOSTILE, (("insert", HOSTILE),)),
        ]  # fmt: skip


def make_rich_review() -> Review:
    """The review of the factory, with the subject that has much to read."""
    review = make_review()
    rich = RichProbe()
    rich.drafts = review.probe.drafts
    review.probe = rich
    subjects.register_subject(
        subjects.Subject("probe", policy=rich, presenter=rich, lifecycle=rich, fact_types=FACT_TYPES)
    )
    return review


def as_person(review: Review, person: str) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(review.people[person])
    return client


def text_of(response: Any) -> str:
    """The page as words: tags away, spaces joined."""
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def get(review: Review, person: str, address: str, status: int = 200) -> str:
    """The words of a page as this person sees it."""
    response = as_person(review, person).get(address)
    assert response.status_code == status, f"{person} {address}: {response.status_code}"
    return text_of(response)
