from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "apps.offices"
    label = "offices"

    def ready(self) -> None:
        from apps.accounts.access import register_standing
        from apps.offices import reasons, receivers  # noqa: F401  (they register themselves)
        from apps.offices.queries import standing_of

        register_standing(standing_of)
