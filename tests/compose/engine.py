"""The commands of Docker, as this trial gives them."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "ictgov-trial"
IMAGE = "ictgov:trial"
DOCKER = os.environ.get("ICTGOV_DOCKER", "") or shutil.which("docker") or "docker"


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", flush=True)


def run(*command: str | Path, text: str = "", check: bool = True) -> str:
    """Run a command and return what it printed; its errors are shown where it fails."""
    done = subprocess.run(
        [str(part) for part in command], input=text, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if check and done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def docker(*arguments: str | Path, text: str = "", check: bool = True) -> str:
    """Run docker (ICTGOV_DOCKER names another program than the one that is found)."""
    return run(DOCKER, *arguments, text=text, check=check)


def _compose_command() -> list[str]:
    if subprocess.run([DOCKER, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [DOCKER, "compose"]
    found = shutil.which("docker-compose")
    if found is None:
        raise SystemExit("Neither the compose plug-in nor docker-compose is here.")
    return [found]


@dataclass
class Composed:
    """A portal that compose started, as a proxy before it would reach it."""

    port: int
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="ictgov-trial-")))

    def __post_init__(self) -> None:
        self.command = _compose_command()
        self.env_file = self.home / "trial.env"
        self.env_file.touch(mode=0o600)
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in self._values().items()))
        # the older docker-compose does not know the key `name`
        text = (ROOT / "docker-compose.yml").read_text()
        self.file = self.home / "docker-compose.yml"
        self.file.write_text("".join(line for line in text.splitlines(True) if not line.startswith("name:")))

    def _values(self) -> dict[str, str]:
        own = ("SECRET_KEY", "POSTGRES_PASSWORD", "MIGRATION_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD")
        return {
            **{name: secrets.token_urlsafe(50) for name in own},
            "CHECKPOINT_KEY": secrets.token_hex(32),
            "ICTGOV_CHECKPOINT_MAILS": "audit.office@example.org",
            "ALLOWED_HOSTS": "127.0.0.1",
            "EMAIL_URL": "filemail:////srv/var/files/mail",
            "DEFAULT_FROM_EMAIL": "ict-governance@example.org",
            "ICTGOV_VERSION": IMAGE.partition(":")[2],
            "ICTGOV_PORT": str(self.port),
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Forwarded-Proto": "https"}

    def compose(self, *arguments: str, text: str = "", check: bool = True) -> str:
        """Run a command of compose on this project."""
        given = ["--project-name", PROJECT, "--env-file", str(self.env_file), "--file", str(self.file)]
        return run(*self.command, *given, "--project-directory", ROOT, *arguments, text=text, check=check)

    def container(self, service: str) -> str:
        """The container of a service."""
        return self.compose("ps", "--all", "--quiet", service).split()[-1]

    def health(self) -> dict[str, str]:
        """The health of each service, as the engine sees it."""
        return {
            service: docker(
                "inspect", "--format", "{{.State.Health.Status}}", self.container(service)
            ).strip()
            for service in ("database", "broker", "web", "worker", "beat")
        }

    def mail_text(self) -> str:
        """Everything that was mailed, as it left."""
        return self.compose(
            "exec", "-T", "worker", "sh", "-c", "cat /srv/var/files/mail/* 2>/dev/null || true"
        )

    def down(self) -> None:
        """Take everything away: containers, networks, volumes, the secrets."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        shutil.rmtree(self.home, ignore_errors=True)
