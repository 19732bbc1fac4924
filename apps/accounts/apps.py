from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from apps.accounts import banners, navigation, reasons, receivers  # noqa: F401
        from apps.accounts.access import declare_views, public, signed_in

        navigation.register_banner(banners.settable_clock)
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
            ],
        )
        declare_views(
            signed_in,
            ["allauth.account.views.PasswordChangeView", "allauth.account.views.ReauthenticateView"],
        )
