"""How a person reads."""

from django.core.exceptions import ValidationError

from apps.accounts.choices import Language
from apps.accounts.models import User
from apps.accounts.models.user import validate_time_zone
from apps.audit.reasons import Kind, Reason, refuse


def set_reading(*, user: User, language: str, time_zone: str | None = None, by: User) -> None:
    """Keep in which language and time zone a person reads; refuses what is no official language or zone."""
    if language not in Language.values:
        refuse(Kind.INVALID, Reason("accounts.language_unknown", {"language": language}, field="language"))
    user.language = language
    fields = ["language"]
    if time_zone is not None:
        try:
            validate_time_zone(time_zone)
        except ValidationError:
            refuse(Kind.INVALID, Reason("accounts.time_zone_unknown", {"zone": time_zone}, field="time_zone"))
        user.time_zone = time_zone
        fields.append("time_zone")
    user.save(update_fields=fields)
