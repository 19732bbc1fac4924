"""Tokens of the API: issued for services, kept as a hash, with terms; ended at once."""

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from knox.models import AuthToken

from apps.accounts.choices import TokenScope
from apps.accounts.models import TokenTerms, User
from apps.audit import clock, register
from apps.audit.reasons import Kind, Reason, refuse

LONGEST_TOKEN_DAYS = 90
USED_SECONDS = 60


@transaction.atomic
def issue_token(
    *,
    user: User,
    days: int,
    by: User | None,
    scopes: Sequence[str] = (TokenScope.READ,),
    networks: Sequence[str] = (),
    label: str = "",
) -> str:
    """Give a service account a token; its text is returned once and kept as a hash only.

    Refuses people (they sign in), closed accounts, more than ninety days, a scope or a network that is none.
    """
    if not user.is_service or not user.is_active:
        refuse(Kind.NOT_ALLOWED, Reason("accounts.token_for_services_only"))
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        refuse(Kind.INVALID, Reason("accounts.token_too_long", {"days": LONGEST_TOKEN_DAYS}, field="days"))
    if not scopes or not set(scopes) <= set(TokenScope.values):
        refuse(Kind.INVALID, Reason("accounts.token_scope_unknown", field="scopes"))
    kept, text = AuthToken.objects.create(user, expiry=timedelta(days=days))
    TokenTerms.objects.create(
        token=kept,
        label=label.strip()[:100],
        scopes=sorted(set(scopes)),
        networks=[_network(text) for text in networks],
        issued_by=by,
    )
    register.record(
        verb="accounts.token_issued",
        by=by,
        obj_kind="user",
        obj_id=user.pk,
        occurred_at=clock.now(),
        facts={"days": days, "token": kept.token_key, "scopes": " ".join(sorted(set(scopes)))},
    )
    return str(text)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        refuse(Kind.INVALID, Reason("accounts.token_network_unknown", {"network": text}, field="networks"))


def note_token_used(*, terms: TokenTerms, by: User) -> None:
    """Keep when a token was last used; at most one write a minute."""
    at = clock.now()
    if terms.last_used_at is None or abs((at - terms.last_used_at).total_seconds()) >= USED_SECONDS:
        TokenTerms.objects.filter(pk=terms.pk).update(last_used_at=at)


@transaction.atomic
def revoke_token(*, terms_id: UUID, by: User) -> None:
    """End one token at once. Whoever answers for it may: the person who issued it, or the account itself.

    Refuses another's, as not found.
    """
    found = TokenTerms.objects.select_related("token__user").filter(pk=terms_id).first()
    if found is None or by.pk not in (found.issued_by_id, found.token.user_id):
        refuse(Kind.NOT_FOUND, Reason("accounts.no_such_token"))
    found.token.delete()
    _record_revoked(user=found.token.user, tokens=1, by=by)


@transaction.atomic
def revoke_tokens(*, user: User, by: User | None) -> int:
    """End all tokens of a service account at once; return how many there were."""
    ended = AuthToken.objects.filter(user=user).count()
    AuthToken.objects.filter(user=user).delete()
    if ended:
        _record_revoked(user=user, tokens=ended, by=by)
    return ended


def _record_revoked(*, user: User, tokens: int, by: User | None) -> None:
    register.record(
        verb="accounts.tokens_revoked",
        by=by,
        obj_kind="user",
        obj_id=user.pk,
        occurred_at=clock.now(),
        facts={"tokens": tokens},
    )
