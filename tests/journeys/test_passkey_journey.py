"""A passkey in a real browser: added, asked for at sign-in, and signing a decision. The device is the browser's own
made-up one, which answers as a real one would."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from apps.approvals.models import Decision
from tests.approvals.rich import make_rich_review
from tests.factories.approvals import Review, decision_of
from tests.factories.signing_in import code_of

sync_api = pytest.importorskip("playwright.sync_api")
from tests.journeys.browser import launch  # noqa: E402  (needs Playwright)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps a loop in this thread
    with sync_api.sync_playwright() as driver:
        opened = launch(driver)
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def review() -> Review:
    return make_rich_review()


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """A page of somebody whose device holds passkeys; what the console complains of is a failure."""
    context = browser.new_context(base_url=live_server.url)
    context.set_default_timeout(30_000)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    page.device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    page.devices = devices
    yield page
    context.close()
    assert said == []


def type_password(page: Any, email: str) -> None:
    page.goto("/sign-in/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", "password")
    page.click("form[action='/sign-in/'] button.act--primary")


def test_a_decider_adds_a_passkey_signs_in_with_it_and_decides_with_it(
    page: Any, review: Review, live_server: Any
) -> None:
    case = review.to_decision()
    person = review.people["cito"]
    person.authenticator_set.all().delete()

    type_password(page, person.email)
    page.wait_for_url("**/second-factor/")
    assert page.locator(".note--warn").count() == 1
    page.click("a[href='/second-factor/passkeys/add/']")
    page.fill("input[name=password]", "password")
    page.click("form:has(input[name=password]) button.act--primary")
    page.wait_for_url("**/second-factor/passkeys/add/")
    page.fill("input[name=name]", "Work laptop")
    page.click("[data-passkey=create]")
    page.wait_for_url("**/second-factor/codes/")
    assert page.locator(".recovery li").count() == 10
    page.goto("/second-factor/")
    assert "Work laptop" in page.inner_text("main")

    page.context.clear_cookies()
    type_password(page, person.email)
    page.wait_for_url("**/sign-in/code/")
    page.click("[data-passkey=get]")
    page.wait_for_url(f"{live_server.url}/")

    page.goto(f"/cases/{case.handle}/acts/decide/")
    choose(page, decision_of())
    page.click("form.act-form button.act--primary")
    page.wait_for_selector("[data-passkey=get]")
    page.click("[data-passkey=get]")
    page.wait_for_url(f"**/cases/{case.handle}/")
    page.wait_for_load_state()
    decision = Decision.objects.get()
    assert decision.confirmation_method == "passkey"
    assert decision.version_hash == case.version_hash


def choose(page: Any, values: dict[str, Any]) -> None:
    """Fill the form of an act as far as it asks."""
    for name, value in values.items():
        field = page.locator(f"[name={name}]").first
        if not field.count() or not isinstance(value, str):
            continue
        if field.get_attribute("type") == "radio":
            page.check(f"[name={name}][value={value}]")
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") != "hidden":
            field.fill(value)


def test_a_passkey_that_the_person_does_not_confirm_leaves_everything_as_it_was(
    page: Any, review: Review
) -> None:
    from tests.factories.offices import enrol

    person = enrol(review.people["submitter"])
    type_password(page, person.email)
    page.fill("#id_code", code_of(person))
    page.click("form:has(#id_code) button.act--primary")
    page.goto("/second-factor/passkeys/add/")
    page.fill("input[name=password]", "password")
    page.click("form:has(input[name=password]) button.act--primary")
    page.wait_for_url("**/second-factor/passkeys/add/")
    page.devices.send("WebAuthn.setUserVerified", {"authenticatorId": page.device, "isUserVerified": False})
    page.click("[data-passkey=create]")
    page.wait_for_selector("[data-passkey-trouble]:not([hidden])")
    assert page.evaluate("document.activeElement.dataset.passkey") == "create"
    assert not person.authenticator_set.filter(type="webauthn").exists()


def test_without_scripts_the_button_is_not_there_and_another_way_is(
    browser: Any, live_server: Any, review: Review
) -> None:
    from tests.factories.offices import enrol
    from tests.factories.signing_in import Passkey

    person = enrol(review.people["submitter"])
    Passkey().enrol(person)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    type_password(page, person.email)
    assert not page.is_visible("[data-passkey=get]")
    page.fill("#id_code", code_of(person))
    page.click("form:has(#id_code) button.act--primary")
    page.wait_for_url(f"{live_server.url}/")
    context.close()
