"""One text for one value, so that a hash of it means something in thirty years (seam 7)."""

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def canonical_json(obj: Any) -> str:
    """The canonical JSON text of plain data: NFC, sorted keys, no blanks, no floats.

    Refuses (TypeError, ValueError) floats, naive instants, keys that are not text, keys that meet after
    normalization, the character NUL and lone surrogates: what cannot be written twice alike is not written.
    """
    return json.dumps(_plain(obj), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_hex(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def instant_text(instant: datetime) -> str:
    """An aware instant as the register writes it: UTC, six decimals, Z."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(obj: Any) -> Any:
    match obj:
        case None | bool() | int():
            return obj
        case str():
            return _text(str.__str__(obj))
        case Decimal():
            if not obj.is_finite():
                raise ValueError(f"not a finite number: {obj}")
            return format(obj, "f")
        case datetime():
            return instant_text(obj)
        case date():
            return obj.isoformat()
        case UUID():
            return str(obj)
        case dict():
            plain: dict[str, Any] = {}
            for key, value in obj.items():
                if not isinstance(key, str):
                    raise TypeError(f"a key must be text: {key!r}")
                name = _text(str.__str__(key))
                if name in plain:
                    raise ValueError(f"two keys are one after normalization: {name!r}")
                plain[name] = _plain(value)
            return plain
        case list() | tuple():
            return [_plain(item) for item in obj]
    raise TypeError(f"no canonical form for {type(obj).__name__}")


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the character NUL has no place in a record")
    text = unicodedata.normalize("NFC", text)
    text.encode("utf-8")  # a lone surrogate raises here
    return text
