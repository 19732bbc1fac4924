"""What a token of the API may do, and from where."""

import ipaddress
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from knox.models import AuthToken

from apps.accounts.choices import TokenScope
from apps.accounts.models.user import User


class TokenTerms(models.Model):
    """The terms of one token; a token without terms opens nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.OneToOneField(AuthToken, on_delete=models.CASCADE, related_name="terms")
    label = models.CharField(max_length=100, blank=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=TokenScope.choices))
    networks = ArrayField(models.CharField(max_length=49), default=list)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="tokens_issued")
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.token.token_key}…"

    def admits_address(self, address: str) -> bool:
        """Say whether a request from this address may use the token; any may where no network is named."""
        if not self.networks:
            return True
        try:
            come_from = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(come_from in ipaddress.ip_network(network) for network in self.networks)
