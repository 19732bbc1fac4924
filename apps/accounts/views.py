"""The pages of people: sign-in, profile, language, colours, keys, and the living page of the look."""

from typing import Any
from uuid import UUID

from allauth.account.views import LoginView
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import EditWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import demo, factors
from apps.accounts.access import access, enrolling, person_of, public, signed_in
from apps.accounts.choices import Language, locale_of
from apps.accounts.context import DENSITIES, THEMES
from apps.accounts.forms import ProfileForm
from apps.accounts.middleware import keep_cookie
from apps.accounts.models import SignIn, TokenTerms
from apps.accounts.receivers import sign_in_of
from apps.accounts.services import end_sign_in, end_sign_ins, revoke_token, set_reading
from apps.accounts.showcase import showcase
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse


def safe_next(request: HttpRequest) -> str:
    """Return where to go on: the `next` of the form if it is on this site, else home."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return "/"


@access(public)
class SignInPage(LoginView):
    """Sign-in by e-mail and password; in a demonstration, also as one of its people."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add single sign-on where there is one, and the people of the demonstration."""
        return {
            **super().get_context_data(**kwargs),
            "providers": get_social_adapter().list_providers(self.request),
            "people": demo.people(),
            "demo_password": demo.PASSWORD,
        }

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what is wrong: 429 where the attempt came after too many wrong passwords."""
        response: HttpResponse = super().form_invalid(form)
        if getattr(self.request, "is_held", False):
            response.status_code = 429
            response["Retry-After"] = "300"
        return response


@access(public)
@require_POST
@never_cache
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of the demonstration; there is no such page anywhere else."""
    try:
        user = demo.person(UUID(request.POST.get("person", "")))
    except ValueError:
        user = None
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(safe_next(request))


@access(public)
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in the browser, and on the person if someone is signed in."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(safe_next(request))
    if language in Language.values:
        if request.user.is_authenticated:
            set_reading(user=person_of(request), language=language, by=person_of(request))
        keep_cookie(request, response, "language", language)
    return response


@access(public)
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or "as the device" in the browser."""
    theme = request.POST.get("theme", "")
    response = HttpResponseRedirect(safe_next(request))
    if theme in THEMES:
        keep_cookie(request, response, "theme", theme)
    return response


@access(public)
@require_POST
def choose_density(request: HttpRequest) -> HttpResponse:
    """Keep roomy or dense rows in the browser."""
    density = request.POST.get("density", "")
    response = HttpResponseRedirect(safe_next(request))
    if density in DENSITIES:
        keep_cookie(request, response, "density", density)
    return response


@access(signed_in)
def profile(request: HttpRequest) -> HttpResponse:
    """Show and keep how this person reads."""
    user = person_of(request)
    if request.method == "POST":
        form = ProfileForm(request.POST)
        if form.is_valid():
            set_reading(user=user, by=user, **form.cleaned_data)
            with translation.override(locale_of(user.language)):
                messages.success(request, _("Your profile is saved."))
            response = redirect("accounts:profile")
            keep_cookie(request, response, "language", user.language)
            return response
    else:
        form = ProfileForm(initial={"language": user.language, "time_zone": user.time_zone})
    return render(request, "accounts/profile.html", {"form": form}, status=400 if form.errors else 200)


# Where one is signed in, and the second factor ------------------------------------------------------------------


@access(enrolling)
@require_safe
@never_cache
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Show where this person is signed in."""
    rows = SignIn.objects.all().of(person_of(request))
    return render(request, "accounts/sign_ins.html", {"rows": rows, "own": sign_in_of(request)})


@access(enrolling)
@require_POST
def end_one_sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one session of this person, wherever it is; one's own is ended by signing out."""
    if pk == sign_in_of(request):
        return redirect("account_logout")
    end_sign_in(sign_in_id=pk, by=person_of(request))
    messages.success(request, _("That session is ended."))
    return redirect("accounts:sign-ins")


@access(enrolling)
@require_POST
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    """End every session of this person but this one."""
    person = person_of(request)
    end_sign_ins(user=person, but=sign_in_of(request), why="others", by=person)
    messages.success(request, _("You are signed in here alone."))
    return redirect("accounts:sign-ins")


@access(enrolling)
class SecondFactor(IndexView):
    """Show this person's second factors, and say where one is missing that they need."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether nothing else opens before one is set up."""
        return {**super().get_context_data(**kwargs), "factor_missing": factors.is_missing(self.request)}


@access(enrolling)
class SetUpApp(ActivateTOTPView):
    """Set up an authenticator app by its first code."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it; this session has shown it."""
        answer: HttpResponse = super().form_valid(form)
        factors.app_was_set_up(self.request, person_of(self.request))
        return answer


@access(enrolling)
class RenamePasskey(EditWebAuthnView):
    """Give a passkey another name."""

    success_url = reverse_lazy("mfa_index")


@access(enrolling)
class RemovePasskey(RemoveWebAuthnView):
    """Take a passkey away; whoever needs a second factor keeps the last one."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Refuse the last second factor of whoever needs one."""
        if not get_factor_adapter().can_delete_authenticator(self.get_object()):
            refuse(Kind.NOT_READY, Reason("accounts.last_factor"))
        answer: HttpResponse = super().form_valid(form)
        return answer


second_factor = SecondFactor.as_view()
set_up_app = SetUpApp.as_view()
rename_passkey = RenamePasskey.as_view()
remove_passkey = RemovePasskey.as_view()


# Tokens -----------------------------------------------------------------------------------------------------------


@access(signed_in)
@require_safe
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens for which this person answers: those that they issued."""
    rows = TokenTerms.objects.filter(issued_by=person_of(request)).select_related("token__user")
    return render(
        request, "accounts/tokens.html", {"rows": rows.order_by("token__expiry"), "at": clock.now()}
    )


@access(signed_in)
def end_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then end a token at once; the service that uses it stops."""
    person = person_of(request)
    if request.method == "POST":
        revoke_token(terms_id=pk, by=person)
        messages.success(request, _("The token is ended."))
        return redirect("accounts:tokens")
    row = get_object_or_404(TokenTerms.objects.select_related("token__user"), pk=pk, issued_by=person)
    return render(request, "accounts/token_revoke.html", {"row": row})


@access(signed_in)
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys, for those whose browser runs no scripts."""
    return render(request, "accounts/keys.html")


@access(signed_in)
def look(request: HttpRequest) -> HttpResponse:
    """Show every component in every state, to those who build and those who judge the product."""
    if not (settings.DEBUG or settings.ICTGOV_DEMO):
        raise Http404
    return render(request, "accounts/look.html", showcase(request))


sign_in = sensitive_post_parameters("password")(SignInPage.as_view())
