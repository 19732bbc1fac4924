"""A browser for the journeys: Debian's Chromium, one person at a time, and every complaint of the console kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from apps.accounts.demo import PASSWORD
from tests.factories.offices import SECRET
from tests.factories.signing_in import next_code

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d)")


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Visitor:
    """One person at a browser of their own."""

    def __init__(self, browser: Browser, address: str, *, javascript: bool = True, **options: Any) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.context: BrowserContext = browser.new_context(java_script_enabled=javascript, **options)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on(
            "response",
            lambda answer: answer.status >= 500 and self.complaints.append(f"{answer.url}: {answer.status}"),
        )

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        refused = REFUSED.match(message.text)
        if refused and int(refused[1]) in self.expected:
            return
        self.complaints.append(f"{self.page.url}: {message.text}")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Within the block these statuses are what is wanted, and the console's word of them no complaint."""
        before = set(self.expected)
        self.expected |= set(statuses)
        yield
        self.page.wait_for_timeout(100)
        self.expected = before

    def sign_in(self, name: str) -> None:
        """Sign in by e-mail and password."""
        self.page.goto(f"{self.address}/sign-in/")
        self.page.fill("input[name=login]", f"{name}@example.org")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("form[action='/sign-in/'] button.act--primary")
        self.page.wait_for_url(re.compile(f"^{re.escape(self.address)}/(sign-in/code/)?$"))
        if self.page.url.endswith("/code/"):
            self.page.fill("#id_code", next_code(f"{name}@example.org", SECRET))
            self.page.click("form:has(#id_code) button.act--primary")
            self.page.wait_for_url(f"{self.address}/")

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else f"{self.address}{path}")
        return self.page

    def close(self) -> None:
        """Leave; fails if the console complained."""
        self.context.close()
        assert self.complaints == []
