"""The forms of offices: they parse; what is right is decided by the services."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.offices.choices import DataClass, InstrumentState, Period, Role, SubDelegation, SystemClass
from apps.offices.models import Function, Office, Post
from apps.offices.overviews import Filters
from apps.offices.policies import ROLES_WITHOUT_FUNCTIONS

LATEST = MaxValueValidator(date(2999, 12, 31))
DateInput = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _functions() -> list[tuple[str, str]]:
    return [(f.code, f"{f.code} · {f.text}") for f in Function.objects.all()]


def _offices() -> list[tuple[str, str]]:
    return [(o.code, f"{o.code} · {o.name}") for o in Office.objects.order_by("code")]


def _posts() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    rows = (
        Post.objects.exclude(role__in=ROLES_WITHOUT_FUNCTIONS)
        .select_related("office")
        .order_by("office__code", "code")
    )
    for post in rows:
        groups.setdefault(post.office.code, []).append((post.code, f"{post.title} · {post.code}"))
    return [("", [("", "–")]), *groups.items()]


class InstrumentFilterForm(forms.Form):
    """What the register of instruments is asked for."""

    office = forms.ChoiceField(label=_("Office"), required=False)
    function = forms.ChoiceField(label=_("Function"), required=False)
    holder = forms.CharField(label=_("Holder or post"), required=False, max_length=100)
    on = forms.DateField(label=_("In force on"), required=False, widget=DateInput, validators=[LATEST])
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any")), *InstrumentState.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_one = [("", _("Any"))]
        self.fields["office"].choices = [*any_one, *((code, code) for code, _name in _offices())]  # type: ignore[attr-defined]
        self.fields["function"].choices = [*any_one, *((code, code) for code, _text in _functions())]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """The filters that were understood; a mistake in one field leaves the others in force."""
        self.is_valid()
        given = self.cleaned_data
        return Filters(
            office=given.get("office", ""),
            function=given.get("function", ""),
            holder=given.get("holder", ""),
            on=given.get("on"),
            state=given.get("state", ""),
        )


class InstrumentForm(forms.Form):
    """The terms of an instrument to be drafted."""

    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        help_text=_("The bulletin, rule or decision on which the delegation rests, with its number."),
    )
    delegate_post = forms.ChoiceField(
        label=_("To the post"),
        help_text=_("Authority attaches to a post; whoever holds the post holds the authority."),
    )
    functions = forms.MultipleChoiceField(
        label=_("Functions"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Functions of paragraphs 7, 15 and 18 go to posts of OICT only."),
    )
    scope = forms.MultipleChoiceField(
        label=_("For the offices"), widget=forms.CheckboxSelectMultiple, help_text=_("One or more.")
    )
    with_below = forms.BooleanField(label=_("With all offices below them"), required=False)
    amount_limit = forms.DecimalField(
        label=_("Ceiling in US dollars"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=_("Empty: without a ceiling."),
    )
    system_limit = forms.ChoiceField(
        label=_("Systems up to the class"),
        required=False,
        choices=[("", _("Every class")), *SystemClass.choices],
        help_text=_("How far the system reaches, as its business case says."),
    )
    data_limit = forms.ChoiceField(
        label=_("Data up to the class"),
        required=False,
        choices=[("", _("Every class")), *DataClass.choices],
        help_text=_("How sensitive its information is, as its business case says."),
    )
    valid_from = forms.DateField(
        label=_("From"),
        required=False,
        widget=DateInput,
        validators=[LATEST],
        help_text=_("Empty: from the moment in which it is issued."),
    )
    valid_until = forms.DateField(
        label=_("To the end of"), widget=DateInput, validators=[LATEST], help_text=_("24 months at most.")
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=5000
    )
    reporting_duty = forms.CharField(
        label=_("Reporting duty"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=5000
    )
    reporting_period = forms.ChoiceField(
        label=_("Evidence is due"),
        required=False,
        choices=[("", _("as for all offices")), *Period.choices],
        help_text=_("How often the holder shows that the functions were performed."),
    )
    concurrent = forms.BooleanField(
        label=_("Others may hold the same functions at the same time"),
        required=False,
        help_text=_("Function 18 is always held together with others, graded by ceiling."),
    )
    sub_delegation = forms.ChoiceField(
        label=_("May be passed on"), choices=SubDelegation.choices, widget=forms.RadioSelect, initial="none"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate_post"].choices = _posts()  # type: ignore[attr-defined]
        self.fields["functions"].choices = _functions()  # type: ignore[attr-defined]
        self.fields["scope"].choices = _offices()  # type: ignore[attr-defined]

    def terms(self, today: date) -> dict[str, Any]:
        """The arguments of the service: dates as instants (UTC), codes as rows."""
        given = self.cleaned_data
        offices = {o.code: o for o in Office.objects.filter(code__in=given["scope"])}
        begins = given["valid_from"]
        return {
            "legal_basis": given["legal_basis"],
            "delegate_post": Post.objects.select_related("office").get(code=given["delegate_post"]),
            "functions": given["functions"],
            "scope": [(offices[code], given["with_below"]) for code in given["scope"]],
            "amount_limit": given["amount_limit"],
            "system_limit": given["system_limit"],
            "data_limit": given["data_limit"],
            "valid_from": None
            if begins is None or begins == today
            else datetime.combine(begins, time(), UTC),
            "valid_until": datetime.combine(given["valid_until"] + timedelta(days=1), time(), UTC),
            "conditions": given["conditions"],
            "reporting_duty": given["reporting_duty"],
            "reporting_period": given["reporting_period"],
            "concurrent": given["concurrent"],
            "sub_delegation": given["sub_delegation"],
        }


class StandbyForm(forms.Form):
    """Who decides in the CITO's place, in order."""

    first = forms.ChoiceField(label=_("First"))
    second = forms.ChoiceField(label=_("Second"), required=False)
    third = forms.ChoiceField(label=_("Third"), required=False)
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300)
    valid_until = forms.DateField(
        label=_("To the end of"), widget=DateInput, validators=[LATEST], help_text=_("24 months at most.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Post.objects.filter(role=Role.ASSIGNED_OFFICER).select_related("office").order_by("code")
        posts = [("", "–"), *((post.code, f"{post.title} · {post.code}") for post in rows)]
        for name in ("first", "second", "third"):
            self.fields[name].choices = posts  # type: ignore[attr-defined]

    def terms(self) -> dict[str, Any]:
        """The arguments of the service: the posts in their order, the end as an instant (UTC)."""
        given = self.cleaned_data
        codes = [given[name] for name in ("first", "second", "third") if given[name]]
        posts = {post.code: post for post in Post.objects.filter(code__in=codes).select_related("office")}
        return {
            "posts": [posts[code] for code in codes],
            "legal_basis": given["legal_basis"],
            "valid_until": datetime.combine(given["valid_until"] + timedelta(days=1), time(), UTC),
        }


class ReasonForm(forms.Form):
    """Why an instrument is suspended or revoked."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("It stands on the instrument's page and, as a fingerprint, in the register."),
    )


class ConfirmationForm(forms.Form):
    """On whose authority a calendar rests."""

    authority = forms.CharField(
        label=_("Authority"),
        max_length=200,
        help_text=_("The circular or decision that names these holidays, with its number."),
    )


class AbsenceForm(forms.Form):
    """From when to when a holder is away, why, and who stands in."""

    from_ = forms.DateField(
        label=_("From"),
        required=False,
        widget=DateInput,
        validators=[LATEST],
        help_text=_("Empty: from this moment."),
    )
    until = forms.DateField(label=_("To the end of"), widget=DateInput, validators=[LATEST])
    stand_in = forms.EmailField(
        label=_("E-mail address of who stands in"),
        required=False,
        help_text=_(
            "Empty: nobody stands in; endorsements then go to the office above, and other turns become an alert."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text=_("It stands on the post's page and, as a fingerprint, in the register."),
    )

    def clean_stand_in(self) -> Any:
        return _person(self.cleaned_data["stand_in"])

    def terms(self, now: datetime) -> dict[str, Any]:
        """The arguments of the service: dates as instants (UTC); today is now."""
        given = self.cleaned_data
        begins = given["from_"]
        return {
            "from_": None
            if begins is None or begins == now.date()
            else datetime.combine(begins, time(), UTC),
            "until": datetime.combine(given["until"] + timedelta(days=1), time(), UTC),
            "stand_in": given["stand_in"],
            "reason": given["reason"],
        }


class SuccessorForm(forms.Form):
    """Who takes a post over from who leaves it."""

    successor = forms.EmailField(
        label=_("E-mail address of the successor"),
        required=False,
        help_text=_(
            "Needed where the holder has turns that nobody else has. The post and these turns pass on."
        ),
    )

    def clean_successor(self) -> Any:
        return _person(self.cleaned_data["successor"])


def _person(email: str) -> User | None:
    """Whose address this is; nobody where none is given, and a mistake where nobody has it."""
    if not email:
        return None
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise forms.ValidationError(_("Nobody has an account with this address."), code="no_such_person")
    return user


class AppointmentForm(forms.Form):
    """Whom to appoint to a post, and from when."""

    email = forms.EmailField(
        label=_("E-mail address of the person"), help_text=_("The person has an account already.")
    )
    from_ = forms.DateField(
        label=_("From"),
        required=False,
        widget=DateInput,
        validators=[LATEST],
        help_text=_("Empty: from this moment."),
    )
    until = forms.DateField(
        label=_("To the end of"),
        required=False,
        widget=DateInput,
        validators=[LATEST],
        help_text=_("Empty: without an end."),
    )

    def clean_email(self) -> Any:
        user = User.objects.filter(email=self.cleaned_data["email"].lower()).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has an account with this address."), code="no_such_person")
        return user

    def terms(self, now: datetime) -> dict[str, Any]:
        """The arguments of the service: dates as instants (UTC); today is now."""
        given = self.cleaned_data
        begins, ends = given["from_"], given["until"]
        from_ = now if begins is None or begins == now.date() else datetime.combine(begins, time(), UTC)
        until = datetime.combine(ends + timedelta(days=1), time(), UTC) if ends else None
        return {"user": given["email"], "from_": from_, "until": until}
