from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "apps.offices"
    label = "offices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from apps.accounts.access import register_standing
        from apps.accounts.factors import register_need
        from apps.accounts.navigation import Entry, register_entry
        from apps.notices import handlers
        from apps.offices import (  # noqa: F401  (they register themselves)
            announcements,
            evidence_words,
            life_reasons,
            messages,
            reasons,
            receivers,
        )
        from apps.offices.permissions import decides_or_administers
        from apps.offices.queries import standing_of
        from apps.offices.services import absences, evidence_clocks
        from apps.offices.services.posts import BEGINS, COUNTS_NO_LONGER, ENDS, follow_dates
        from apps.offices.services.reconciling import RECONCILE, follow_night
        from apps.offices.services.warnings import GONE, WARNINGS, follow_end, warn

        register_standing(standing_of)
        register_need(decides_or_administers)
        handlers.register(RECONCILE, follow_night)
        for kind in (BEGINS, ENDS, COUNTS_NO_LONGER):
            handlers.register(kind, follow_dates, changes_state=True)
        for kind in evidence_clocks.REMINDERS.values():
            handlers.register_many(kind, evidence_clocks.remind)
        for kind in WARNINGS:
            handlers.register(kind, warn)
        handlers.register(GONE, follow_end, changes_state=True)
        for kind in (absences.BEGINS, absences.ENDS, absences.STAND_IN_CLOSED):
            handlers.register(kind, absences.follow_absence, changes_state=True)
        prefixes = ("/offices/", "/posts/", "/instruments/", "/functions/", "/calendars/")
        register_entry(Entry("offices", _("Offices"), "offices:office-list", order=60, prefixes=prefixes))
