"""Every write of standards."""

import json
from datetime import date
from pathlib import Path

from django.db import transaction

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.canonical import sha256_hex
from apps.audit.register import record
from apps.standards.models import Standard


@transaction.atomic
def load_standards(*, path: Path, by: User | None) -> tuple[int, int]:
    """Take the standards of a file in, by their code; how many were made or changed, how many stand
    already."""
    text = path.read_text(encoding="utf-8")
    changed = known = 0
    for row in json.loads(text):
        fields = {**row, "valid_from": date.fromisoformat(row["valid_from"])}
        code = fields.pop("code")
        found = Standard.objects.filter(code=code).first() or Standard(code=code)
        if not found._state.adding and all(getattr(found, key) == value for key, value in fields.items()):
            known += 1
            continue
        for key, value in fields.items():
            setattr(found, key, value)
        found.full_clean()
        found.save()
        changed += 1
    if changed:
        record(
            verb="load_standards",
            by=by,
            obj_kind="standards",
            obj_id=sha256_hex(text)[:32],
            occurred_at=clock.now(),
            facts={
                "file_sha256": sha256_hex(text),
                "standards": changed,
                **({} if by else {"rule": "load_standards"}),
            },
        )
    return changed, known
