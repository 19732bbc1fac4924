"""The pages of people: sign-in, profile, language, colours, keys, and the living page of the look."""

from typing import Any
from uuid import UUID

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import demo
from apps.accounts.access import access, person_of, public, signed_in
from apps.accounts.choices import Language, locale_of
from apps.accounts.context import DENSITIES, THEMES
from apps.accounts.forms import ProfileForm
from apps.accounts.middleware import keep_cookie
from apps.accounts.services import set_reading
from apps.accounts.showcase import showcase


def safe_next(request: HttpRequest) -> str:
    """Return where to go on: the `next` of the form if it is on this site, else home."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return "/"


@access(public)
class SignIn(LoginView):
    """Sign-in by e-mail and password; in a demonstration, also as one of its people."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people of the demonstration."""
        return {**super().get_context_data(**kwargs), "people": demo.people(), "demo_password": demo.PASSWORD}


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


sign_in = sensitive_post_parameters("password")(SignIn.as_view())
