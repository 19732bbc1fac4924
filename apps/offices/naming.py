"""Names in several languages: `{language: text}`, rendered in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import get_language


def in_language(texts: Mapping[str, str], language: str | None = None) -> str:
    """The text in this (or the active) language; where it is missing English, where that is missing the
    first one."""
    wanted = (language or get_language() or "en").lower()
    for key in (wanted, wanted.split("-")[0], "en"):
        if texts.get(key):
            return texts[key]
    return next(iter(texts.values()), "")
