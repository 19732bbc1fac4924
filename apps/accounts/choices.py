"""The closed vocabularies of people: the six official languages, and what a token may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """The official languages, by the key that every `{language: text}` uses."""

    ARABIC = "ar", _("Arabic")
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


class TokenScope(models.TextChoices):
    """What a token may do. None of them decides."""

    READ = "read", _("Read what the account may see")
    SUBMIT = "submit", _("Write drafts, and hand on")
    ADMIN = "admin", _("Read the register and its proofs")


NATIVE_NAMES = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}
RIGHT_TO_LEFT = frozenset({"ar"})
_KEYS = frozenset(Language.values)  # asked for every cell of a list


def locale_of(language: str) -> str:
    """Return Django's locale for a language key: Chinese is simplified Chinese."""
    return "zh-hans" if language == "zh" else language


def language_of(locale: str | None) -> str:
    """Return the language key of Django's locale, English where none of the six fits."""
    key = (locale or "en").split("-")[0].lower()
    return key if key in _KEYS else Language.ENGLISH


def direction_of(language: str) -> str:
    """Return `rtl` or `ltr`."""
    return "rtl" if language_of(language) in RIGHT_TO_LEFT else "ltr"
