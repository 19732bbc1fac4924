from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """The review engine: joins its sentences, its wordings and the handlers of its timers."""

    name = "apps.approvals"
    label = "approvals"

    def ready(self) -> None:
        from apps.accounts.navigation import Entry, register_entry
        from apps.approvals import reasons, receivers, wording  # noqa: F401  (they register themselves)
        from apps.approvals.services import engine, exceptions, sweep
        from apps.approvals.standing import may_read_messages
        from apps.notices import handlers
        from apps.notices.queries import register_sight
        from apps.offices.grants import GrantTable, register_grants

        register_sight(may_read_messages)
        for kind in engine.REMINDER_KINDS.values():
            handlers.register_many(kind, sweep.remind)
        handlers.register(
            engine.ESCALATION_KIND, sweep.escalate, changes_state=True, lock=sweep.lock_cases_of_turns
        )
        handlers.register(
            engine.EFFECT_KIND, sweep.take_effect, changes_state=True, lock=sweep.lock_cases_of_decisions
        )
        handlers.register(exceptions.ENDS, exceptions.follow_end, changes_state=True)
        register_grants(
            GrantTable(exceptions.GRANTS, exceptions.expected_grants, columns=("reason", "source", "until"))
        )
        register_entry(Entry("work", _("My work"), "approvals:my-work", order=10, prefixes=("/", "/cases/")))
