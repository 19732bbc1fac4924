"""The forms of people, and how every form of the product is drawn."""

import zoneinfo
from functools import lru_cache
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

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
