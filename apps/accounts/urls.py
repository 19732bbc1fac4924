"""Addresses of people's pages. The sign-in library's own names are kept, because it speaks of them itself."""

from allauth.account import views as library
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as elsewhere
from allauth.socialaccount.providers.openid_connect import views as single_sign_on
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
        path("profile/sessions/", views.sign_ins, name="sign-ins"),
        path("profile/sessions/others/end/", views.end_other_sign_ins, name="sign-ins-end-others"),
        path("profile/sessions/<uuid:pk>/end/", views.end_one_sign_in, name="sign-in-end"),
        path("profile/tokens/", views.tokens, name="tokens"),
        path("profile/tokens/<uuid:pk>/revoke/", views.end_token, name="token-revoke"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(own)),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", factors.authenticate, name="mfa_authenticate"),
    path("sign-in/sso/error/", elsewhere.login_error, name="socialaccount_login_error"),
    path("sign-in/sso/cancelled/", elsewhere.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/<slug:provider_id>/", single_sign_on.login, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/back/", single_sign_on.callback, name="openid_connect_callback"),
    path("second-factor/", views.second_factor, name="mfa_index"),
    path("second-factor/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", views.set_up_app, name="mfa_activate_totp"),
    path("second-factor/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/confirm/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/passkeys/<int:pk>/", views.rename_passkey, name="mfa_edit_webauthn"),
    path("second-factor/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
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
