"""What people are told when the portal refuses something about themselves."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

register_sentences(
    {
        "accounts.password_wrong": _("The password is not right, so nothing was confirmed."),
        "accounts.too_many_attempts": _("There were too many attempts with a wrong password."),
        "accounts.no_idempotency_key": _("The request carries no Idempotency-Key."),
        "accounts.token_cannot_decide": _("A token cannot decide."),
        "accounts.token_for_services_only": _("A token is for a service account that is open."),
        "accounts.token_too_long": _("A token is valid for 1 to {days} days."),
        "accounts.language_unknown": _("{language} is none of the six official languages."),
        "accounts.time_zone_unknown": _("There is no time zone with the name {zone}."),
    },
    {
        "accounts.password_wrong": _("Enter the password with which you sign in."),
        "accounts.too_many_attempts": _("Wait five minutes and try again."),
        "accounts.no_idempotency_key": _(
            "Send a new random value, and the same value again if you repeat it."
        ),
        "accounts.token_cannot_decide": _("Sign in, and confirm with your password."),
        "accounts.language_unknown": _("Choose Arabic, Chinese, English, French, Russian or Spanish."),
    },
)
