"""The pages of people under axe-core, in a real browser, in both directions and both themes, on phone and desk."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.accounts.models import User

sync_api = pytest.importorskip("playwright.sync_api")
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "correct horse battery staple"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps a loop in this thread
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(1280, "en", "light"), (1280, "ar", "dark"), (390, "ar", "light"), (390, "en", "dark")],
)
def test_pages_are_accessible(browser: Any, live_server: Any, width: int, language: str, theme: str) -> None:
    settings.ICTGOV_DEMO = True
    User.objects.create_user(
        email="amara@example.org",
        password=PASSWORD,
        full_name="Amara Okafor",
        language=language,
        demo_role="Submitter",
    )
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": live_server.url}
            for name, value in (("language", language), ("theme", theme))
        ]
    )
    page = context.new_page()
    found: list[str] = []
    try:
        for address in ("/sign-in/", "/profile/", "/password/", "/keys/", "/nowhere/", "/look/"):
            if address == "/profile/":
                page.fill("#id_login", "amara@example.org")
                page.fill("#id_password", PASSWORD)
                page.click("form.form button.act--primary")
            page.goto(live_server.url + address)
            page.evaluate(AXE.read_text())
            answer = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            for violation in answer["violations"]:
                node = violation["nodes"][0]
                found.append(f"{address} {violation['id']} ×{len(violation['nodes'])}: {node['html'][:160]}")
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                found.append(f"{address} is {wide} pixels too wide")
    finally:
        settings.ICTGOV_DEMO = False
        context.close()
    assert found == []


def test_no_page_breaks_the_content_policy_and_keys_work(browser: Any, live_server: Any) -> None:
    settings.ICTGOV_DEMO = True
    User.objects.create_user(
        email="amara@example.org", password=PASSWORD, full_name="Amara", demo_role="Submitter"
    )
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if "Content Security" in message.text else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        page.goto(live_server.url + "/sign-in/?next=/look/")
        page.click(".demo button")
        page.wait_for_url("**/look/")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.locator("[data-row][data-current]").count() == 1
        page.keyboard.press("?")
        assert page.locator("#keys-dialog").evaluate("dialog => dialog.open") is True
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        for address in ("/profile/", "/api/v1/docs/"):
            page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
    finally:
        settings.ICTGOV_DEMO = False
        context.close()
    assert said == []


def test_a_page_works_without_scripts(browser: Any, live_server: Any) -> None:
    User.objects.create_user(email="amara@example.org", password=PASSWORD, full_name="Amara")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/sign-in/")
    page.fill("#id_login", "amara@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("form.form button.act--primary")
    page.goto(live_server.url + "/profile/")
    page.click("details.menu >> nth=0")
    page.click("button[value=ar] >> nth=0")
    assert page.locator("html").get_attribute("dir") == "rtl"
    context.close()
