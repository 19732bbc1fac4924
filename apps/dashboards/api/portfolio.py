"""The dashboard's numbers and rows for programs: what the page says, to the same people."""

from dataclasses import fields

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access
from apps.approvals.queries import viewer_of_request
from apps.audit import clock
from apps.dashboards.api import shapes
from apps.dashboards.definitions import DEFINITIONS
from apps.dashboards.filters import CaseFilter
from apps.dashboards.permissions import reads_dashboard, rights_in_words
from apps.dashboards.portfolio import portfolio
from apps.dashboards.rows import own_offices, page


@access(reads_dashboard)
class Dashboard(APIView):
    """The numbers of the committee's dashboard, over the cases that the caller may see."""

    @extend_schema(responses=shapes.DashboardNumbers)
    def get(self, request: Request) -> Response:
        """Return the numbers, with what each means."""
        viewer = viewer_of_request(request._request)
        numbers = portfolio(viewer, now=clock.now())
        numbers.rights = rights_in_words(viewer, own_offices(viewer))
        numbers.definitions = {key: str(words[1]) for key, words in DEFINITIONS.items()}
        return Response(shapes.DashboardNumbers(numbers).data)


@access(reads_dashboard)
class Cases(APIView):
    """The cases behind the numbers."""

    @extend_schema(
        parameters=[
            *(OpenApiParameter(part.name, str) for part in fields(CaseFilter)),
            OpenApiParameter("after", str, description="The key that the page before gave as `next`."),
        ],
        responses=shapes.DashboardCases,
    )
    def get(self, request: Request) -> Response:
        """Return fifty rows that fit the filter, the newest submission first (overdue ones by their due moment)."""
        now = clock.now()
        wanted = CaseFilter.from_query(request.query_params.dict())
        found = page(
            viewer_of_request(request._request), wanted, now=now, after=request.query_params.get("after", "")
        )
        answer = {
            "as_of": now,
            "count": found.count,
            "count_is_bounded": found.is_bounded,
            "next": found.next or None,
            "results": found.rows,
        }
        return Response(shapes.DashboardCases(answer).data)
