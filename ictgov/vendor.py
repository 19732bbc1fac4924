"""Others' files that pages may load, straight from node_modules/, under `vendor/`: a list, never a folder.

A file that is not on the list is not served. Whole packages hold sixty megabytes that no page needs.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage

FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap/dist/css/bootstrap.rtl.min.css",
    "bootstrap/dist/css/bootstrap.rtl.min.css.map",
    "echarts/dist/echarts.min.js",
    *(
        f"@fontsource-variable/inter/files/inter-{script}-wght-normal.woff2"
        for script in ("latin", "latin-ext", "cyrillic")
    ),
    *(
        f"@fontsource-variable/vazirmatn/files/vazirmatn-{script}-wght-normal.woff2"
        for script in ("arabic", "latin")
    ),
)
PREFIX = "vendor/"


class VendorFinder(BaseFinder):
    """Finds `vendor/<package>/<file>` for the files on the list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")
        self.storage.prefix = PREFIX.rstrip("/")  # type: ignore[attr-defined]  # as collectstatic reads it

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(PREFIX)
        found = Path(self.storage.location) / name
        if not path.startswith(PREFIX) or name not in FILES or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in FILES:
            if self.storage.exists(name):
                yield name, self.storage
