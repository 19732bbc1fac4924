from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    """The roof: puts its pages into the navigation of every page."""

    name = "apps.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from apps.accounts.access import signed_in
        from apps.accounts.navigation import Entry, register_entry
        from apps.dashboards import permissions, reasons  # noqa: F401  (the sentences register themselves)

        for entry in (
            Entry(
                "dashboard",
                _("Dashboard"),
                "dashboards:dashboard",
                60,
                permissions.reads_dashboard,
                ("/dashboard/",),
            ),
            Entry("register", _("Register"), "dashboards:register", 80, permissions.auditor, ("/register/",)),
            Entry("help", _("Help"), "dashboards:help", 95, signed_in, ("/help/",)),
        ):
            register_entry(entry)
