"""Addresses of people's pages. The sign-in library's own names are kept, because it speaks of them itself."""

from allauth.account import views as library
from django.urls import include, path, re_path

from apps.accounts import views

own = (
    [
        path("profile/", views.profile, name="profile"),
        path("language/", views.choose_language, name="language"),
        path("theme/", views.choose_theme, name="theme"),
        path("density/", views.choose_density, name="density"),
        path("keys/", views.keys, name="keys"),
        path("look/", views.look, name="look"),
        path("sign-in/as/", views.sign_in_as, name="sign-in-as"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(own)),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", library.logout, name="account_logout"),
    path("sign-in/inactive/", library.account_inactive, name="account_inactive"),
    path("sign-up/", library.signup, name="account_signup"),
    path("password/", library.password_change, name="account_change_password"),
    path("password/confirm/", library.reauthenticate, name="account_reauthenticate"),
    path("password/forgotten/", library.password_reset, name="account_reset_password"),
    path("password/forgotten/sent/", library.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        library.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        library.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
