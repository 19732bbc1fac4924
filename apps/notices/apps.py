from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "apps.notices"
    label = "notices"

    def ready(self) -> None:
        from apps.accounts import navigation
        from apps.notices import queries, reasons, receivers  # noqa: F401

        navigation.register_unread(queries.unread_count, url_name="notices:inbox")
        navigation.register_banner(queries.late_banner)
