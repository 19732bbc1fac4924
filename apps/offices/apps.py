from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "apps.offices"
    label = "offices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from apps.accounts.access import register_standing
        from apps.accounts.navigation import Entry, register_entry
        from apps.notices import handlers
        from apps.offices import reasons, receivers  # noqa: F401  (they register themselves)
        from apps.offices.queries import standing_of
        from apps.offices.services.posts import BEGINS, COUNTS_NO_LONGER, ENDS, follow_dates
        from apps.offices.services.reconciling import RECONCILE, follow_night

        register_standing(standing_of)
        handlers.register(RECONCILE, follow_night)
        for kind in (BEGINS, ENDS, COUNTS_NO_LONGER):
            handlers.register(kind, follow_dates, changes_state=True)
        prefixes = ("/offices/", "/instruments/", "/functions/", "/calendars/")
        register_entry(Entry("offices", _("Offices"), "offices:office-list", order=60, prefixes=prefixes))
