"""A person, or a service that acts as one."""

import uuid
import zoneinfo
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import Language
from apps.audit import clock


def validate_time_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone with this name."), code="no_such_time_zone")


def joined_now() -> datetime:
    """Return the instant of the one clock."""
    return clock.now()


class UserManager(BaseUserManager["User"]):
    """Makes people; an e-mail address is kept in lower case, so that it is unique whatever its case."""

    def create_user(
        self, *, email: str, password: str | None = None, full_name: str, **fields: Any
    ) -> "User":
        """Make a person; without a password nobody can sign in as them."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=email.strip().lower(), full_name=full_name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in by e-mail. What they may do follows from posts, never from a flag here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_service = models.BooleanField(_("is a service account"), default=False)
    demo_role = models.CharField(_("role in the demonstration"), max_length=200, blank=True, default="")
    date_joined = models.DateTimeField(_("since"), default=joined_now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        db_table = "accounts_user"
        ordering = ["full_name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        self.email = (self.email or "").strip().lower()

    def get_full_name(self) -> str:
        """Return the name that pages show."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the name that greets."""
        return self.full_name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the time zone in which this person reads instants."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")
