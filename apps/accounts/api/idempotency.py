"""The key that makes a repeated request one request: the header `Idempotency-Key`."""

from rest_framework.request import Request

from apps.audit.reasons import Kind, Reason, refuse

HEADER = "Idempotency-Key"
LONGEST = 200


def idempotency_key(request: Request) -> str:
    """Return the key of this request; refused without one, or with one that is too long to keep."""
    key = request.headers.get(HEADER, "").strip()
    if not key or len(key) > LONGEST or not key.isprintable():
        refuse(Kind.INVALID, Reason("accounts.no_idempotency_key", field=HEADER))
    return key
