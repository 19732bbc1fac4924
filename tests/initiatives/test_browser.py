"""The business case in a real browser: it saves itself, loses nothing, works without scripts, and is accessible."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from apps.initiatives import lifecycle, services
from apps.initiatives.models import Draft
from apps.standards.models import Standard
from tests.initiatives.conftest import ANSWERS
from tests.initiatives.content import complete_case
from tests.initiatives.test_services import hand_on, save

sync_api = pytest.importorskip("playwright.sync_api")
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("ICTGOV_SHOTS", "")
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


@pytest.fixture
def opened(browser, live_server, submitter) -> Iterator[Any]:
    """Open a page as the submitter; every console error and every refused script or style is a failure."""
    contexts: list[Any] = []
    said: list[str] = []

    def open_page(*, width=1280, language="en", theme="light", signed_in=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url, **options
        )
        cookies = {"language": language, "theme": theme}
        if signed_in:
            client = Client()
            client.force_login(submitter)
            cookies |= {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if "Content Security" in line.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def codes_of_standards():
    return Standard.objects.values_list("code", flat=True)


def section(initiative, key):
    return f"/initiatives/{initiative.pk}/draft/{key}/"


def saved(initiative, key):
    return Draft.objects.get(initiative=initiative).content.get(key)


def test_what_is_typed_saves_itself(opened, initiative):
    page = opened()
    page.goto(section(initiative, "problem"))
    page.fill("[name=problem]", "Receipts are lost.")
    page.wait_for_selector("[data-state][data-is=saved]")
    assert saved(initiative, "problem") == "Receipts are lost."
    page.goto(section(initiative, "costs"))
    page.locator("[name$='/one_time']").first.fill("500000")
    page.locator("[name$='/recurrent']").first.fill("twelve")
    page.wait_for_selector(".field__error:has-text('is not an amount')")
    assert saved(initiative, "costs")[0]["one_time"] == "500000"
    page.wait_for_selector("[data-worth]:has-text('500,000.00')")


def test_a_broken_line_loses_nothing(opened, initiative):
    page = opened()
    page.goto(section(initiative, "problem"))
    page.context.set_offline(True)
    page.fill("[name=problem]", "Written without a line.")
    page.wait_for_selector("[data-state][data-is=unsaved]")
    assert saved(initiative, "problem") is None
    page.context.set_offline(False)
    page.wait_for_selector("[data-state][data-is=saved]")
    assert saved(initiative, "problem") == "Written without a line."


def test_two_people_see_both_texts(opened, initiative, submitter):
    page = opened()
    page.goto(section(initiative, "problem"))
    save(initiative, submitter, 0, problem="Their text", evidence="Theirs, too")
    page.fill("[name=problem]", "My text")
    page.wait_for_selector(".case-theirs:has-text('Their text')")
    assert page.input_value("[name=problem]") == "My text"
    assert page.input_value("[name=evidence]") == "Theirs, too"
    assert saved(initiative, "problem") == "Their text"
    page.click("button:has-text('Keep mine')")
    page.wait_for_selector("[data-state][data-is=saved]")
    assert saved(initiative, "problem") == "My text"


def test_signed_out_meanwhile_saves_after_sign_in(opened, initiative, submitter):
    page = opened()
    page.goto(section(initiative, "problem"))
    cookies = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("[name=problem]", "Typed while signed out")
    page.wait_for_selector("[data-state][data-is=unsaved]:has-text('signed out')")
    page.context.add_cookies(cookies)
    page.wait_for_selector("[data-state][data-is=saved]", timeout=30_000)
    assert saved(initiative, "problem") == "Typed while signed out"


def test_leaving_with_unsaved_text_asks(opened, initiative):
    page = opened()
    page.goto(section(initiative, "problem"))
    page.context.set_offline(True)
    page.locator("[name=problem]").press_sequentially("x")
    page.wait_for_selector("[data-state][data-is=unsaved]")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    page.wait_for_event("close", timeout=10_000) if not page.is_closed() else None
    assert asked == ["beforeunload"]


def test_the_whole_case_is_written_without_scripts(opened, initiative, submitter):
    page = opened(java_script_enabled=False)
    case = complete_case()
    page.goto(section(initiative, "identity"))
    page.fill("[name=summary]", case["summary"])
    page.check("[name=major][value=no]")
    page.click("button:has-text('Save and continue')")
    assert page.url.endswith("/problem/")
    assert saved(initiative, "major") == "no"
    page.goto(section(initiative, "risks"))
    page.locator("[name$='/cause']").fill("Dust")
    page.click("button:has-text('Add: Risk')")
    assert page.locator("[name$='/cause']").count() == 2
    assert page.locator("[name$='/cause']").first.input_value() == "Dust"
    page.locator("button:has-text('Remove')").first.click()
    assert saved(initiative, "risks") == []


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(1280, "en", "light"), (1280, "ar", "dark"), (390, "ar", "light"), (390, "en", "dark")],
)
def test_pages_are_accessible(opened, organization, initiative, submitter, width, language, theme):
    call_command("load_standards", verbosity=0)
    complies = [{"id": code, "answer": "complies", "words": ""} for code in codes_of_standards()]
    save(initiative, submitter, 0, **complete_case(standards=complies[:1]))
    other = services.start_draft(
        office=organization.office("UNMISS"),
        answers=ANSWERS,
        title="Water points",
        language="en",
        by=submitter,
    )
    save(other, submitter, 0, **complete_case(standards=complies, title="Water points at eleven sites"))
    hand_on(other, submitter)
    costs = complete_case()["costs"]
    costs[0]["one_time"] = "550000"
    with transaction.atomic():
        lifecycle.unlock(other.pk, sections=["costs", "problem"])
        save(other, submitter, 1, costs=costs, problem="Receipts are copied four times.")
        lifecycle.freeze(other.pk, by=submitter, at=other.created_at)
    query = "&".join(f"{key}={value}" for key, value in ANSWERS.items())
    addresses = {
        "list": "/initiatives/",
        "nothing-found": "/initiatives/?q=zebra",
        "screening": "/initiatives/new/",
        "screened": f"/initiatives/new/?{query}",
        "not-subject": f"/initiatives/new/?{query.replace('kind=package', 'kind=infrastructure')}",
        "draft": f"/initiatives/{initiative.pk}/draft/",
        **{key: section(initiative, key) for key in ("identity", "alignment", "options", "technical")},
        **{key: section(initiative, key) for key in ("funding", "costs", "benefits", "risks")},
        "wrong": section(initiative, "attestation") + "?check",
        "detail": f"/initiatives/{other.pk}/",
        "version": f"/initiatives/{other.pk}/versions/1/",
        "difference": f"/initiatives/{other.pk}/versions/1/to/2/",
        "standards": "/standards/",
        "standard": "/standards/ACCESS-1/",
    }
    page = opened(width=width, language=language, theme=theme, bypass_csp=True)
    found: list[str] = []
    for name, address in addresses.items():
        answer = page.goto(address)
        assert answer.status == 200, address
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{language}-{theme}.png", full_page=True)
        page.evaluate(AXE.read_text())
        result = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        found += [
            f"{name} {v['id']} ×{len(v['nodes'])}: {v['nodes'][0]['html'][:160]}"
            for v in result["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{name} is {wide} pixels too wide")
    assert "\n".join(found) == ""
