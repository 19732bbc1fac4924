from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The wiring: what is written anywhere nudges the one schedule."""

    name = "ictgov"

    def ready(self) -> None:
        from ictgov import checks, schedule  # noqa: F401  (importing the checks registers them)

        schedule.listen()
