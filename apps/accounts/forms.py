"""The forms of people, and how every form of the product is drawn."""

import zoneinfo
from functools import lru_cache
from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from apps.accounts import factors
from apps.accounts.choices import NATIVE_NAMES


class LookRenderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ form.field.as_field_group }}` of any form with the partials of the look."""

    form_template_name = "partials/form.html"
    field_template_name = "partials/field.html"


@lru_cache(maxsize=1)
def time_zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the zones of the world by region, and UTC."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, place = name.partition("/")
        if place and region in {
            "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
        }:  # fmt: skip
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return [("UTC", [("UTC", "UTC")]), *sorted(regions.items())]


class ProfileForm(forms.Form):
    """In which language and time zone a person reads."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=list(NATIVE_NAMES.items()),
        help_text=_("Pages and messages come in this language. Texts of others stay in theirs."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_(
            "Dates and times are shown in it. Deadlines follow the calendar of the office that must act."
        ),
    )


def _plain(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields.pop("remember", None)


class PasswordChangeForm(ChangePasswordForm):
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _(
            "At least 15 characters. Three or four unusual words are good."
        )
        self.fields["password2"].label = _("New password, once more")


class PasswordResetForm(ResetPasswordForm):
    """The e-mail address to which the link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("If it is known here, a link to choose a new password goes to it.")


class NewPasswordForm(ResetPasswordKeyForm):
    """The new password, twice, after the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _(
            "At least 15 characters. Three or four unusual words are good."
        )
        self.fields["password2"].label = _("New password, once more")


class PasswordAgainForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""


# The second factor ------------------------------------------------------------------------------------------------


def _one_code(form: forms.Form, help_text: Any) -> None:
    _plain(form)
    field = form.fields["code"]
    field.label = _("Code")
    field.help_text = help_text
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}


class _CodeOnce(BaseAuthenticateForm):
    """A code of the app or a recovery code; each counts once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_code(self, _("Of your authenticator app, or one of your recovery codes."))

    def clean_code(self) -> str:
        """Accept the code once, or refuse it without saying why; after five wrong ones, wait."""
        forget = check_rate_limit(self.user)
        found = factors.use_code(self.user, self.cleaned_data["code"])
        if found is None:
            raise get_factor_adapter().validation_error("incorrect_code")
        found.user = self.user
        self.authenticator = found
        forget()
        return str(self.cleaned_data["code"])


class CodeForm(_CodeOnce, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_CodeOnce, CodeReauthenticateForm):
    """A code once more."""


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an authenticator app, which shows that it was set up well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_code(self, _("The six digits that the app shows now."))


def _one_name(form: forms.Form) -> None:
    form.fields["name"].label = _("Name")
    form.fields["name"].help_text = _("So that you recognize it: for example, work laptop.")
    form.fields["name"].widget.attrs |= {"maxlength": "80", "dir": "auto"}


class AnswerField(forms.JSONField):
    """What the browser hands on from a passkey: JSON of the size and depth of one, or it is no answer."""

    longest = 65_536

    def to_python(self, value: Any) -> Any:
        """Return the answer; refuses what is too long or goes too deep to be one."""
        if isinstance(value, str) and len(value) > self.longest:
            raise get_factor_adapter().validation_error("incorrect_code")
        try:
            return super().to_python(value)
        except RecursionError:
            raise get_factor_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show nothing of it again: an answer counts once."""
        return None

    def prepare_value(self, value: Any) -> str:
        """Draw an empty field."""
        return ""


NO_ANSWER = (KeyError, ValueError, TypeError, AttributeError, IndexError)


class _PasskeyAnswer(AuthenticateWebAuthnForm):
    credential = AnswerField(required=True, widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        """Return whose passkey answered; anything that is no answer is a wrong one."""
        try:
            return super().clean_credential()
        except forms.ValidationError:
            raise
        except NO_ANSWER:
            raise get_factor_adapter().validation_error("incorrect_code") from None


class PasskeyAnswerForm(_PasskeyAnswer):
    """The second step of signing in, by passkey."""


class PasskeyAgainForm(_PasskeyAnswer, ReauthenticateWebAuthnForm):
    """A passkey once more."""


class PasskeyForm(AddWebAuthnForm):
    """The name of a new passkey; the browser adds the passkey itself."""

    credential = AnswerField(required=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_name(self)

    def clean(self) -> dict[str, Any]:
        """Check what the browser made; anything that is no answer is a wrong one."""
        try:
            return dict(super().clean())
        except forms.ValidationError:
            raise
        except NO_ANSWER:
            raise get_factor_adapter().validation_error("incorrect_code") from None


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_name(self)
