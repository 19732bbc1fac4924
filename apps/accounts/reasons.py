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
        "accounts.token_scope_unknown": _("A token reads, submits, or reads the register."),
        "accounts.token_network_unknown": _("{network} is no network address."),
        "accounts.token_scope": _("This token may not do that."),
        "accounts.no_such_token": _("There is no such token."),
        "accounts.no_such_sign_in": _("You are no longer signed in there."),
        "accounts.last_factor": _("You decide or administer, and this is your last second factor."),
        "accounts.code_wrong": _("The code is not right, or was used before, so nothing was confirmed."),
        "accounts.passkey_wrong": _("The passkey did not confirm this page, so nothing was confirmed."),
        "accounts.second_factor_missing": _("Whoever decides or administers signs in with a second factor."),
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
        "accounts.token_scope_unknown": _("Name read, submit or admin, or several of them."),
        "accounts.token_network_unknown": _("Write it as 192.0.2.0/24 or 2001:db8::/32."),
        "accounts.token_scope": _("Ask the administrator for a token with the scope that is needed."),
        "accounts.last_factor": _("Add another one first, then take this one away."),
        "accounts.code_wrong": _("Wait for the next code of your app, and type that."),
        "accounts.passkey_wrong": _("Try it once more, or type your password."),
        "accounts.second_factor_missing": _(
            "Set one up on your page, under “Second factor”, and sign in with it."
        ),
        "accounts.language_unknown": _("Choose Arabic, Chinese, English, French, Russian or Spanish."),
    },
)
