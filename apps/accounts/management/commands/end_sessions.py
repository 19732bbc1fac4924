"""`end_sessions`: a person is signed out everywhere, at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import services
from apps.accounts.models import User


class Command(BaseCommand):
    help = "End all sessions of a person, wherever they are signed in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person")
        parser.add_argument("--by", required=True, help="e-mail address of the administrator who asks for it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
            by = User.objects.get_by_natural_key(options["by"])
        except User.DoesNotExist as error:
            raise CommandError("There is no account with this e-mail address.") from error
        self.stdout.write(f"{services.end_sign_ins(user=user, why='administrator', by=by)} ended")
