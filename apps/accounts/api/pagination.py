"""Lists in pages of fifty, walked by a cursor, so that page one thousand costs what page one costs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Fifty rows a page, a hundred at most; a list names its `ordering`, whose last column is unique."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "limit"
    ordering: tuple[str, ...] | str = ("id",)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the rows of the page; a cursor that names no place is not found."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError, DataError) as error:
            raise NotFound(self.invalid_cursor_message) from error
