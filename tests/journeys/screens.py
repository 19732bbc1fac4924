"""Pictures of every page over the demonstration, as the people who use it, to be looked at by somebody.

    python -m tests.journeys.screens http://127.0.0.1:8000 [--only WORD] [--looks 1280-en-light,390-ar-dark]

The portal at the address has the demonstration loaded (`python3 -m ictgov demo`). Pictures go to var/screens; what is
wider than its screen, and what the console says, is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import sync_playwright

django.setup()


from tests.journeys.browser import Visitor, launch  # noqa: E402
from tests.journeys.portal import ROOT, Caller, Portal  # noqa: E402

FOLDER = ROOT / "var" / "screens"
LOOKS = "1280-en-light,1280-ar-light,390-en-light,390-ar-dark,1280-en-dark"
WIDER = """() => [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    if (!box.width || (box.right <= innerWidth + 1 && box.left >= -1)) return false;
    for (let up = one; up; up = up.parentElement) {
        const look = getComputedStyle(up);
        if (look.overflowX !== 'visible' || look.position === 'absolute' || look.position === 'fixed') return false;
    }
    return true;
}).slice(0, 4).map(one => one.tagName + '.' + one.className)"""

# name, who, path; {OFFICE stage} stands for the handle of a case, <OFFICE stage> for the id of its initiative
PAGES = """
sign-in            -                   /sign-in/
my-work-desk       leilani.fonoti      /
my-work-cito       amara.keller        /
my-work-submitter  achol.deng.majok    /
my-work-waiting    achol.deng.majok    /?tab=waiting
my-work-done       leilani.fonoti      /?tab=done
case-decide        samuel.tuilagi      /cases/{UNMISS decision}/
case-own           achol.deng.majok    /cases/{UNMISS closed}/
case-paused        leilani.fonoti      /cases/{UNMISS intake}/
case-questions     daniel.oseibonsu    /cases/{UNSOS assessments}/
case-confirm       chiara.bellandi    /cases/{UNIFIL assessments}/
questions-send     daniel.oseibonsu    /cases/{UNSOS assessments}/acts/request_clarification/
case-opinion       tomasz.wieczorek    /cases/{UNSOS assessments}/
case-scores        daniel.oseibonsu    /cases/{UNIFIL recommendation}/
case-cooling       marguerite.lacroix  /cases/{ESCWA cooling_off}/
case-withheld      layla.mansour       /cases/{ESCWA cooling_off}/
case-auditor       elif.karaca         /cases/{MONUSCO closed}/
case-card          clarisse.yakite     /cases/{UNMISS closed}/
case-declare       takeshi.morinaga    /cases/{UNSOS assessments}/
case-why           chiara.bellandi     /cases/{UNSOS assessments}/why/
case-draft         mariam.sow          /cases/{UNMISS endorsement}/
case-sent-back     clarisse.yakite     /cases/{MINUSCA draft}/
version            elif.karaca         /cases/{UNOG closed}/versions/1/
load               bakhyt.sarsenov     /load/
committee          santiago.belmonte   /committee/
case-emergency     amara.keller        /cases/{MINUSCA draft}/
emergency-answer   amara.keller        /cases/{MINUSCA draft}/acts/authorize_emergency/
committee-note     santiago.belmonte   /cases/{UNON committee}/acts/note_decision/
committee-defer    santiago.belmonte   /cases/{UNON committee}/acts/defer_decision/
committee-case     haruka.ishimori     /cases/{UNON committee}/
committee-office   joyce.achieng       /cases/{UNON committee}/
committee-done     haruka.ishimori     /cases/{UNOG closed}/
difference         elif.karaca         /cases/{UNOG closed}/difference/1/2/
letter             achol.deng.majok    /cases/{UNMISS closed}/letter/
letter-conditions  clarisse.yakite     /cases/{MINUSCA closed}/letter/
assess-security    anneli.kask         /cases/{UNON assessments}/assess/security/
send-back-to-lead  samuel.tuilagi      /cases/{UNMISS decision}/acts/send_back_to_lead/
assess             takeshi.morinaga    /cases/{MONUSCO assessments}/assess/standards/
decide             samuel.tuilagi      /cases/{UNMISS decision}/acts/decide/
decide-refused     samuel.tuilagi      /cases/{DGACM decision}/acts/decide/
recommend          daniel.oseibonsu    /cases/{UNIFIL recommendation}/acts/recommend/
ask                leilani.fonoti      /cases/{ESCAP intake}/acts/request_clarification/
answer             achol.deng.majok    /cases/{UNMISS intake}/acts/answer_clarification/
attest             rajesh.thapa        /cases/{UNMISS endorsement}/acts/attest/
opinion            tomasz.wieczorek    /cases/{UNSOS assessments}/acts/give_opinion/
initiatives        achol.deng.majok    /initiatives/
screening          achol.deng.majok    /initiatives/new/
draft-escwa        layla.mansour       /initiatives/<ESCWA draft>/draft/
draft-section      layla.mansour       /initiatives/<ESCWA draft>/draft/problem/
draft-costs        layla.mansour       /initiatives/<ESCWA draft>/draft/costs/
draft-options      layla.mansour       /initiatives/<ESCWA draft>/draft/options/
verify-a-copy      elif.karaca         /register/verify-a-copy/
offline            elif.karaca         /register/offline/
glossary           achol.deng.majok    /help/glossary/
initiative         achol.deng.majok    /initiatives/<UNMISS closed>/
dashboard          haruka.ishimori     /dashboard/
dashboard-cases    haruka.ishimori     /dashboard/cases/
register           elif.karaca         /register/
health             jonas.eklund        /health/
help               achol.deng.majok    /help/
offices            achol.deng.majok    /offices/
office             achol.deng.majok    /offices/UNMISS/
functions          amara.keller        /functions/
function-18        amara.keller        /functions/18/
function-16c       amara.keller        /functions/16c/
matrix             haruka.ishimori     /functions/matrix/
matrix-16          haruka.ishimori     /functions/matrix/?paragraph=16&office=DPKO
my-functions       rajesh.thapa        /functions/mine/
function-office    rajesh.thapa        /functions/16c/offices/UNMISS/
function-why       achol.deng.majok    /functions/16c/offices/UNMISS/
evidence-record    rajesh.thapa        /functions/16d/offices/UNMISS/record/
instruments        amara.keller        /instruments/
issue              amara.keller        /instruments/draft/
instrument         amara.keller        /instruments/D-2026-0002/
instrument-mine    samuel.tuilagi      /instruments/D-2026-0008/
instrument-revoke  amara.keller        /instruments/D-2026-0002/revoke/
designate          amara.keller        /instruments/designate/
post               rajesh.thapa        /posts/UNMISS-ICT-CHIEF/
post-mine          mariam.sow          /posts/UNMISS-HEAD-OF-OFFICE/
absence            rajesh.thapa        /posts/UNMISS-ICT-CHIEF/absence/
appoint            jonas.eklund        /posts/UNMISS-ICT-CHIEF/appoint/
reassign           bakhyt.sarsenov     /cases/{UNSOS assessments}/desks/standards/reassign/
exceptions         mariam.sow          /cases/{UNMISS endorsement}/exceptions/
why-office         achol.deng.majok    /cases/{UNMISS closed}/why/
calendars          jonas.eklund        /calendars/
calendar           jonas.eklund        /calendars/juba/
standards          achol.deng.majok    /standards/
notices            achol.deng.majok    /notices/
profile            achol.deng.majok    /profile/
"""


def handles(address: str) -> dict[str, str]:
    """The handle of a case and the id of its initiative, by `OFFICE stage`: the latest one of each."""
    portal = Portal(home=Path("unused"), port=int(address.rsplit(":", 1)[1].strip("/")))
    auditor = Caller(portal, "elif.karaca@example.org")
    found: dict[str, str] = {}
    path = "/api/v1/cases/"
    while path:
        _status, page = auditor.get(path)
        for case in reversed(page["results"]):
            found[f"{case['office']} {case['stage']}"] = case["handle"]
            found[f"title {case['title']}"] = f"{case['office']} {case['stage']}"
        path = (page.get("next") or "").replace(address, "")
    after = ""
    while True:
        _status, page = auditor.get(f"/api/v1/initiatives/?after={after}")
        for card in page["results"]:
            found[f"initiative {card['office']} {card['stage']}"] = card["id"]
        after = page["next"]
        if not after:
            return found


def path_of(pattern: str, known: dict[str, str]) -> str:
    """The path with its cases filled in."""
    for opening, closing, prefix in (("{", "}", ""), ("<", ">", "initiative ")):
        if opening in pattern:
            start, rest = pattern.split(opening)
            name, end = rest.split(closing)
            return f"{start}{known.get(prefix + name, 'missing')}{end}"
    return pattern


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("address")
    parser.add_argument("--only", default="")
    parser.add_argument("--looks", default=LOOKS)
    given = parser.parse_args(arguments)
    known = handles(given.address.rstrip("/"))
    pages = [line.split(None, 2) for line in PAGES.strip().splitlines()]
    pages = [row for row in pages if any(word in row[0] for word in given.only.split(","))]
    FOLDER.mkdir(parents=True, exist_ok=True)
    faults = 0
    with sync_playwright() as playwright:
        browser = launch(playwright)
        visitors: dict[str, dict[str, Any]] = {}
        for name, who, pattern in pages:
            if who not in visitors:
                state: dict[str, Any] = {}
                if who != "-":
                    first = Visitor(browser, given.address.rstrip("/"))
                    first.sign_in(who)
                    state = {"storage_state": first.context.storage_state()}
                    first.context.close()
                visitors[who] = state
            for look in given.looks.split(","):
                width, language, theme = look.split("-")
                visitor = Visitor(
                    browser,
                    given.address.rstrip("/"),
                    viewport={"width": int(width), "height": 900},
                    color_scheme=theme,
                    **visitors[who],
                )
                cookie = {"name": "language", "value": language, "url": visitor.address}
                visitor.context.add_cookies([cookie])
                page = visitor.page
                answer = page.goto(f"{visitor.address}{path_of(pattern, known)}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}_{look}.png", full_page=True)
                wider = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
                status = answer.status if answer else 0
                if wider > 0 or visitor.complaints or status != 200:
                    faults += 1
                    print(
                        f"{name} {look}: {status}, wider by {wider} {page.evaluate(WIDER) if wider > 0 else ''}"
                    )
                    for line in visitor.complaints:
                        print(f"    {line}")
                visitor.context.close()
        browser.close()
    print(f"{len(pages)} pages, {faults} to look at first; pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
