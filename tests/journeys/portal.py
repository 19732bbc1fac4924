"""A portal that really runs, for the journeys: web, worker, beat and broker as processes of their own."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from apps.accounts.demo import PASSWORD
from ictgov.embedded import Valkey
from tests.factories.offices import SECRET
from tests.factories.signing_in import next_code

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


def wait_for(what: str, ask: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """Ask until the answer is true; fails by name when it does not become so."""
    end = time.monotonic() + seconds
    while True:
        if answer := ask():
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Portal:
    """The processes of a portal on this process's database clone."""

    home: Path
    demo: bool = False
    port: int = field(default_factory=free_port)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.broker = Valkey(self.home)
        self.mails = self.home / "mail"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {}

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ictgov.settings",
            "REDIS_URL": self.broker.url(),
            "EMAIL_URL": f"filemail:///{self.mails}",
            "ICTGOV_CHECKPOINTS": str(self.home / "checkpoints"),
            "ICTGOV_ADDRESS": self.address,
            "ICTGOV_DEMO": "1" if self.demo else "",
            "ICTGOV_LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }

    def commands(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "-A", "ictgov"]
        return {
            "web": [sys.executable, "-m", "gunicorn", "ictgov.wsgi", "--bind", f"127.0.0.1:{self.port}",
                    "--workers", "1", "--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "2",
                    "--no-control-socket"],
            "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip",
                       "--without-mingle", "--hostname", f"journey-{self.port}@%h"],
            "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
        }  # fmt: skip

    def start(self, *names: str) -> None:
        """Start these processes (all, when none is named), the broker first."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.broker.start()
        for name in names or ("web", "worker", "beat"):
            with (self.home / f"{name}.log").open("ab") as log:
                self.children[name] = subprocess.Popen(
                    self.commands()[name],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=ROOT,
                    env=self.environment(),
                    start_new_session=True,
                )
        if "web" in self.children:
            wait_for("the portal answers", self._answers, seconds=60)

    def _answers(self) -> bool:
        assert self.children["web"].poll() is None, (self.home / "web.log").read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self, name: str) -> None:
        """kill -9, with its children."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def signal_broker(self, number: signal.Signals) -> None:
        """Freeze the broker (SIGSTOP), or let it go on (SIGCONT)."""
        pid = self.broker.pid()
        assert pid is not None
        os.kill(pid, number)

    def kill_broker(self) -> None:
        """kill -9 of the broker; it starts again with the next `start`."""
        pid = self.broker.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for("the broker is gone", lambda: not self.broker.is_ready())
        self.broker.stop(1)

    def stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for name in list(self.children):
            try:
                self.children[name].wait(10)
                self.children.pop(name)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self.broker.stop(2)

    def log_text(self) -> str:
        """The end of what each process said."""
        return "\n".join(
            f"{path.name}:\n{path.read_text()[-2000:]}" for path in sorted(self.home.glob("*.log"))
        )

    def mail_text(self) -> str:
        """Everything that was mailed, as it left."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.mails.glob("*")))


class Reachable(Protocol):
    """A portal that answers at an address: one that was started here, or one that runs elsewhere."""

    @property
    def address(self) -> str: ...

    @property
    def headers(self) -> dict[str, str]:
        """What a proxy before it would add to each request."""

    def mail_text(self) -> str:
        """Everything that was mailed, as it left."""


def readiness(portal: Reachable) -> dict[str, Any]:
    """What /readyz says; nothing where it does not answer."""
    try:
        with urllib.request.urlopen(f"{portal.address}/readyz", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except OSError:
        return {}


class Caller:
    """A program that signed in as a person: keeps the cookies, sends JSON, hands back status and answer."""

    def __init__(self, portal: Reachable, email: str) -> None:
        self.portal = portal
        # behind a proxy that speaks TLS the cookies are for https, while this speaks to what is behind it
        everywhere = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.cookies = http.cookiejar.CookieJar(everywhere)
        self.origin = portal.address
        if portal.headers.get("X-Forwarded-Proto") == "https":
            self.origin = portal.address.replace("http://", "https://", 1)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.addheaders += list(portal.headers.items())
        page = self.opener.open(f"{portal.address}/sign-in/", timeout=30).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, "the sign-in page has no form"
        form = {"csrfmiddlewaretoken": found[1], "login": email, "password": PASSWORD}
        asked = urllib.request.Request(
            f"{portal.address}/sign-in/",
            urllib.parse.urlencode(form).encode(),
            {"Referer": self.origin},
        )
        with self.opener.open(asked, timeout=30) as answer:
            page, address = answer.read().decode(), answer.url
        if address.endswith("/sign-in/code/"):
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert found, "the page of the second factor has no form"
            form = {"csrfmiddlewaretoken": found[1], "code": next_code(email, SECRET)}
            asked = urllib.request.Request(
                address, urllib.parse.urlencode(form).encode(), {"Referer": self.origin}
            )
            self.opener.open(asked, timeout=30).read()
        status, me = self.get("/api/v1/me/")
        assert (status, me.get("email")) == (200, email)

    def get(self, path: str) -> tuple[int, Any]:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Any, *, key: str = "") -> tuple[int, Any]:
        return self._ask("POST", path, body, {"Idempotency-Key": key or str(uuid.uuid4())})

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self._ask("PATCH", path, body, {})

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        token = next((c.value for c in self.cookies if "csrf" in c.name.lower()), "") or ""
        asked = urllib.request.Request(
            f"{self.portal.address}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token,
             "Referer": self.origin, **self.portal.headers, **headers},
            method=method,
        )  # fmt: skip
        try:
            with self.opener.open(asked, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            with refused:
                text = refused.read().decode()
                return refused.code, json.loads(text) if text.startswith(("{", "[")) else text
