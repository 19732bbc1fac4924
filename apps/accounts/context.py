"""What every page's frame shows: product, navigation, languages, theme, person, banners."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.accounts import navigation
from apps.accounts.choices import NATIVE_NAMES, direction_of, language_of

DENSITIES = {"roomy": _("Roomy rows"), "dense": _("Dense rows")}
THEMES = {"auto": _("As the device"), "light": _("Light"), "dark": _("Dark")}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's parts, each computed only if the page draws it."""
    language = language_of(translation.get_language())
    theme = request.COOKIES.get("theme", "auto")
    density = "dense" if request.COOKIES.get("density") == "dense" else "roomy"

    def ask_entries() -> list[dict[str, Any]]:
        return navigation.entries_for(request) if request.user.is_authenticated else []

    def ask_unread() -> dict[str, Any] | None:
        return navigation.unread_of(request.user) if request.user.is_authenticated else None

    return {
        "language": language,
        "direction": direction_of(language),
        "languages": [(key, name, key == language) for key, name in NATIVE_NAMES.items()],
        "theme": theme if theme in THEMES else "auto",
        "themes": [(key, label, key == theme) for key, label in THEMES.items()],
        "density": density,
        "densities": [(key, label, key == density) for key, label in DENSITIES.items()],
        "nav_entries": SimpleLazyObject(ask_entries),
        "inbox": SimpleLazyObject(ask_unread),
        "banners": SimpleLazyObject(navigation.banners),
        "is_demo": settings.ICTGOV_DEMO,
    }
