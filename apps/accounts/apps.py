from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from apps.accounts import banners, navigation, reasons, receivers  # noqa: F401
        from apps.accounts.access import declare_views, enrolling, public, signed_in

        navigation.register_banner(banners.settable_clock)
        navigation.register_banner(banners.no_second_factor)
        declare_views(public, ["django.contrib.staticfiles.views.serve", "django.views.static.serve"])
        declare_views(
            public,
            [
                "allauth.account.views.LogoutView",
                "allauth.account.views.AccountInactiveView",
                "allauth.account.views.SignupView",
                "allauth.account.views.PasswordResetView",
                "allauth.account.views.PasswordResetDoneView",
                "allauth.account.views.PasswordResetFromKeyView",
                "allauth.account.views.PasswordResetFromKeyDoneView",
                "allauth.mfa.base.views.AuthenticateView",
                "allauth.socialaccount.views.LoginErrorView",
                "allauth.socialaccount.views.LoginCancelledView",
                "allauth.socialaccount.providers.openid_connect.views.login",
                "allauth.socialaccount.providers.openid_connect.views.callback",
            ],
        )
        declare_views(signed_in, ["allauth.account.views.PasswordChangeView"])
        declare_views(
            enrolling,
            [
                "allauth.account.views.ReauthenticateView",
                "allauth.mfa.base.views.ReauthenticateView",
                "allauth.mfa.recovery_codes.views.GenerateRecoveryCodesView",
                "allauth.mfa.recovery_codes.views.ViewRecoveryCodesView",
                "allauth.mfa.totp.views.DeactivateTOTPView",
                "allauth.mfa.webauthn.views.AddWebAuthnView",
                "allauth.mfa.webauthn.views.ReauthenticateWebAuthnView",
            ],
        )
