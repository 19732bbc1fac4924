"""`issue_token`: a token for a service account, shown once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import services
from apps.accounts.models import User
from apps.audit.reasons import Refused, sentence


class Command(BaseCommand):
    help = "Give a service account a token for the API. It is shown once; tokens read and submit, and never decide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the service account")
        parser.add_argument("--by", required=True, help="e-mail address of the administrator who issues it")
        parser.add_argument("--days", type=int, default=30, help="how long it is valid (at most 90)")
        parser.add_argument(
            "--scope", action="append", help="read, submit or admin; several times for several"
        )
        parser.add_argument("--network", action="append", default=[], help="from where alone it may be used")
        parser.add_argument("--label", default="", help="what it is for")
        parser.add_argument("--revoke", action="store_true", help="end all tokens of the account instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
            by = User.objects.get_by_natural_key(options["by"])
        except User.DoesNotExist as error:
            raise CommandError("There is no account with this e-mail address.") from error
        try:
            if options["revoke"]:
                self.stdout.write(f"{services.revoke_tokens(user=user, by=by)} ended")
            else:
                text = services.issue_token(
                    user=user,
                    days=options["days"],
                    by=by,
                    scopes=options["scope"] or ["read"],
                    networks=options["network"],
                    label=options["label"],
                )
                self.stdout.write(text)
        except Refused as refusal:
            raise CommandError(" ".join(sentence(reason) for reason in refusal.reasons)) from refusal
