from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "apps.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from apps.initiatives import reasons  # noqa: F401
