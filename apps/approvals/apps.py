from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApprovalsConfig(AppConfig):
    """The review engine: joins its sentences, its wordings and the handlers of its timers."""

    name = "apps.approvals"
    label = "approvals"

    def ready(self) -> None:
        from apps.accounts.navigation import Entry, register_entry
        from apps.approvals import reasons, receivers, wording  # noqa: F401  (they register themselves)
        from apps.approvals.decided import decided
        from apps.approvals.losses import open_decisions
        from apps.approvals.permissions import reads_agenda
        from apps.approvals.services import certificates, clarifications, emergency, engine, exceptions, sweep
        from apps.approvals.services.handover import hand_over, turns_left_behind
        from apps.approvals.standing import may_read_messages
        from apps.notices import handlers
        from apps.notices.queries import register_sight
        from apps.offices.effects import register_answer
        from apps.offices.evidence.decisions import register_decisions
        from apps.offices.grants import GrantTable, register_grants
        from apps.offices.handover import register_turns

        register_turns(turns_left_behind, hand_over)
        register_decisions(decided)
        register_answer("approvals.decisions", open_decisions)
        register_sight(may_read_messages)
        for kind in engine.REMINDER_KINDS.values():
            handlers.register_many(kind, sweep.remind)
        handlers.register(
            engine.ESCALATION_KIND, sweep.escalate, changes_state=True, lock=sweep.lock_cases_of_turns
        )
        for kind, handle in (
            (engine.WARN_KIND, clarifications.warn_unanswered),
            (engine.LAPSE_KIND, clarifications.lapse),
            (clarifications.LAPSE_AFTER_WARNING, clarifications.lapse),
        ):
            handlers.register(kind, handle, changes_state=True, lock=sweep.lock_cases_of_turns)
        for kind, handle in (
            (emergency.CASE_DUE, emergency.case_is_due),
            (emergency.PERIOD_ENDS, emergency.period_ends),
            (emergency.UNCONFIRMED, emergency.not_confirmed),
            (emergency.PLAN_DUE, emergency.plan_is_due),
        ):
            handlers.register(kind, handle, changes_state=True, lock=emergency.lock_cases_of_emergencies)
        handlers.register(
            certificates.SAMPLE,
            certificates.examine_again,
            changes_state=True,
            lock=certificates.lock_cases_of_certificates,
        )
        handlers.register(
            engine.EFFECT_KIND, sweep.take_effect, changes_state=True, lock=sweep.lock_cases_of_decisions
        )
        handlers.register(exceptions.ENDS, exceptions.follow_end, changes_state=True)
        register_grants(
            GrantTable(exceptions.GRANTS, exceptions.expected_grants, columns=("reason", "source", "until"))
        )
        register_entry(
            Entry(
                "committee",
                pgettext_lazy("navigation", "Committee"),
                "approvals:committee",
                order=15,
                rule=reads_agenda,
                prefixes=("/committee/",),
            )
        )
        register_entry(Entry("work", _("My work"), "approvals:my-work", order=10, prefixes=("/", "/cases/")))
