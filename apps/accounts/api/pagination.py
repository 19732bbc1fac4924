"""Lists in pages of fifty, walked by a cursor, so that page one thousand costs what page one costs."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Fifty rows a page, a hundred at most; a list names its `ordering`, whose last column is unique."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "limit"
    ordering: tuple[str, ...] | str = ("id",)
