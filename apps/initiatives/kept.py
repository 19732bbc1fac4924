"""Text that was sent after the session had ended: kept in the browser's next session, offered back after
sign-in.

Nothing typed is ever lost. The kept text is shown on the page that it was written for, to whoever may write
there.
"""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

KEY = "kept_form"
LARGEST = 100_000  # characters; a section of a business case is far below


def keep(request: HttpRequest) -> bool:
    """Keep what was sent to this page until it is opened again. Says whether it could be kept."""
    sent = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "go", "add", "remove"):
        sent.pop(name, None)
    text = sent.urlencode()
    if len(text) > LARGEST:
        return False
    request.session[KEY] = {"path": request.path, "sent": text}
    return True


def offered(request: HttpRequest) -> QueryDict | None:
    """What was kept for this page; it stays until it was saved."""
    found = request.session.get(KEY)
    return QueryDict(found["sent"]) if found and found["path"] == request.path else None


def settled(request: HttpRequest) -> None:
    """The kept text of this page was saved."""
    if offered(request) is not None:
        del request.session[KEY]
