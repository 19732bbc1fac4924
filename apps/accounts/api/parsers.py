"""JSON as it comes in: bounded, no deeper than it can be read, and saying each thing once."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json as strict


class TooLarge(APIException):
    """The body is larger than anything that is asked for here."""

    status_code = 413
    default_code = "too_large"
    default_detail = gettext_lazy("What was sent is larger than anything that is asked for here.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys each come once: two readers could otherwise read two different acts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        readable = twice[:60].encode("ascii", "replace").decode()
        raise ParseError(_("“%(name)s” is given twice.") % {"name": readable})
    return found


class BoundedJSON(JSONParser):
    """Reads at most what Django reads of a form, refuses a key that is given twice, and any depth that overflows."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what was sent. Refuses (400, 413) what is no JSON, NaN and Infinity, and what is too large."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 2_621_440
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return json.loads(
                body.decode("utf-8"), object_pairs_hook=_once, parse_constant=strict.strict_constant
            )
        except RecursionError:
            raise ParseError(_("The JSON that was sent goes too deep.")) from None
        except ValueError as error:
            raise ParseError(_("This is no JSON: %(why)s") % {"why": str(error)[:200]}) from None
