"""What is kept of signing in: where people are signed in, and wrong passwords of the last hours."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef

from apps.accounts.models.user import User, joined_now


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Row filters of sign-ins."""

    def of(self, user: AbstractBaseUser) -> "SignInQuerySet":
        """Where this person is signed in: rows whose session still stands."""
        standing = Session.objects.filter(session_key=OuterRef("session_key"))
        return self.filter(Exists(standing), user=user)


class SignIn(models.Model):
    """One browser in which a person is signed in. It is a copy for the person's page: the session itself rules."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    factor = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField(default=joined_now)
    seen_at = models.DateTimeField(default=joined_now)

    objects: ClassVar[SignInQuerySet] = SignInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-seen_at", "id"]

    def __str__(self) -> str:
        return self.device


class FailedSignIn(models.Model):
    """A wrong password: the name as a keyed hash (people type passwords there), from where, in which known browser."""

    name_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    device = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=joined_now)

    class Meta:
        indexes = [
            models.Index(fields=["name_hash", "at"], name="accounts_failed_by_name"),
            models.Index(fields=["address", "at"], name="accounts_failed_by_address"),
            models.Index(fields=["at"], name="accounts_failed_by_age"),
        ]

    def __str__(self) -> str:
        return self.name_hash[:8]
