"""What the living page of the look shows: every component in every state, with made-up content.

The content is an example and no part of the interface, so it is not translated; the words of the components are.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest

from apps.accounts import look

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
TITLES = {
    "en": "Solar-powered VSAT backup for team sites",
    "ar": "نظام احتياطي للاتصالات الساتلية يعمل بالطاقة الشمسية",
    "fr": "Gestion électronique des dossiers du personnel",
    "ru": "Единый реестр имущества миссии",
    "zh": "营地用水监测系统",
    "es": "Registro electrónico de denuncias",
}
STORY = {
    "en": (
        "Twelve team sites lose their link for 9 hours a week on average, because diesel does not arrive.\n\n"
        "The initiative gives each site a battery and panels, so that voice and data stay up for two days."
    ),
    "ar": (
        "تفقد اثنا عشر موقعاً اتصالها تسع ساعات في الأسبوع في المتوسط لأن الوقود لا يصل في موعده.\n\n"
        "تزود المبادرة كل موقع ببطارية وألواح شمسية، فيبقى الصوت والبيانات متاحين يومين كاملين."
    ),
}


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label="Title", max_length=120, help_text="What people will call it. At most 120 letters."
    )
    need = forms.CharField(
        label="Need", widget=forms.Textarea, help_text="What does not work today, and for whom?"
    )
    office = forms.ChoiceField(
        label="Office", choices=[("", "Choose"), ("unmiss", "UNMISS"), ("monusco", "MONUSCO")]
    )
    kind = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        choices=[
            ("new", "A new system"),
            ("more", "A change of an existing system"),
            ("service", "A service"),
        ],
    )
    amount = forms.DecimalField(label="Cost in the first year", required=False, help_text="In US dollars.")
    start = forms.DateField(label="Start", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    personal = forms.BooleanField(label="It holds data about persons", required=False)


def showcase(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the page."""
    language = look.date_locale()
    title = TITLES.get(language, TITLES["en"])
    mistaken = SampleForm({"title": "", "need": "Short", "office": "", "kind": "new", "amount": "12,5x"})
    mistaken.auto_id = "bad_%s"
    turns: list[dict[str, Any]] = [
        {"who": "Amara Okafor", "until": NOON, "left": 4, "mine": True},
        {"who": "Standards desk", "office": "OICT", "until": NOON + timedelta(days=2), "left": 6},
        {"who": "Li Wei", "office": "UNMISS", "until": NOON - timedelta(days=6), "left": -3},
        {
            "who": "UNMISS",
            "paused": True,
            "reason": "clock paused: two questions wait for an answer",
            "left": 3,
        },
    ]
    clocks: list[dict[str, Any]] = [
        {"until": NOON + timedelta(days=9), "left": 7, "calendar": "New York"},
        {"until": NOON + timedelta(days=1), "left": 1, "calendar": "Juba"},
        {"until": NOON - timedelta(days=2), "left": -2, "calendar": "Juba"},
        {"until": NOON, "left": 3, "paused": True},
        {"until": NOON, "done": True},
    ]
    strip = {
        "reference": "OICT-2026-UNMISS-0014",
        "title": title,
        "language": language,
        "office": "UNMISS",
        "version_number": 3,
        "version_count": 3,
        "short_hash": "9f2c 41ab",
        "hash": "9f2c41ab77e0",
        "stage_number": 4,
        "stage_count": 7,
        "stage_label": "Assessments",
        "stages": [
            {"label": "Draft", "is": "done"},
            {"label": "Endorsement", "is": "done"},
            {"label": "Intake", "is": "done"},
            {"label": "Assessments", "is": "now"},
            {"label": "Recommendation", "is": "next"},
            {"label": "Decision", "is": "next"},
            {"label": "Effect", "is": "next"},
        ],
        "turn": turns[0],
    }
    rows = []
    for number, (key, name) in enumerate(TITLES.items()):
        rows.append(
            {
                "act": ["Review: standards desk", "Endorse version 1", "Answer 2 questions", "Decide"][number % 4],
                "title": look.words(name, key),
                "reference": look.code(f"OICT-2026-{['UNMISS', 'MONUSCO', 'UNIFIL'][number % 3]}-00{14 + number}"),
                "tier": f"Tier {number % 3 + 1}",
                "value": look.money(Decimal(["180000", "1240500.50", "45000", "98000", "640000", "12000"][number])),
                "clock": look.clock_badge(**clocks[number % 5]),
                "mine": look.progress(number % 6, 5),
                "others": f"{number % 4} of 3 in" if number % 4 < 4 else "",
                "state": look.state(["running", "paused", "returned", "cooling_off", "approved", "refused"][number],
                                    ["under review", "clock paused", "returned", "takes effect at 15:20", "approved",
                                     "not approved"][number]),
            }
        )  # fmt: skip
    return {
        "strip": strip,
        "turns": turns,
        "clocks": clocks,
        "rows": rows,
        "story": STORY.get(language, STORY["en"]),
        "story_language": language if language in STORY else "en",
        "form": SampleForm(),
        "mistaken": mistaken,
        "states": [
            ("draft", "draft"), ("running", "under review"), ("soon", "due tomorrow"), ("late", "overdue"),
            ("paused", "clock paused"), ("returned", "returned"), ("approved", "approved"),
            ("conditional", "approved with conditions"), ("refused", "not approved"), ("withdrawn", "withdrawn"),
            ("cooling_off", "sent at 15:20 unless withdrawn"), ("not_started", "not started"),
        ],
        "icons": [
            "search", "inbox", "check", "cross", "alert", "info", "clock", "pause", "play", "lock",
            "document", "person", "people", "office", "edit", "trash", "download", "upload", "print",
            "filter", "sort", "scales", "shield", "key", "link", "globe", "sun", "moon", "flag", "history",
            "fingerprint", "money", "chart", "table", "list", "send", "undo", "split", "question", "sign",
            "copy", "eye", "eye-off", "keyboard", "calendar", "home", "book", "stamp", "external", "bolt",
            "layers", "route", "settings", "mail",
        ],
        "may": {
            "may": True,
            "lead": "You may decide",
            "sentence": "USD 180,000 is within USD 250,000, and UNMISS is in the instrument.",
            "instrument": {"number": "D-14", "url": "#", "limit": Decimal(250000), "currency": "USD",
                           "until": date(2026, 12, 31)},
        },
        "may_not": {
            "may": False,
            "lead": "You may recommend, and not decide",
            "reasons": [{"sentence": "USD 412,000 is above USD 250,000, the limit of instrument D-14.",
                         "remedy": "Recommend, and the case goes on to one of these people."}],
            "who_can": [{"name": "Elena Petrova", "post": "Chief Information Technology Officer", "ceiling": None},
                        {"name": "Kofi Mensah", "post": "Assigned officer", "ceiling": Decimal(500000)}],
        },
        "offers": [
            ({"verb": "approve", "label": "Approve"}, "primary", "check"),
            ({"verb": "conditions", "label": "Approve with conditions"}, "", "list"),
            ({"verb": "refuse", "label": "Do not approve"}, "warn", "cross"),
            ({"verb": "decide", "label": "Decide", "reasons": [
                {"sentence": "The assessment of value and return is missing.", "remedy": "It is due on 3 July.",
                 "who_can": ["Hana Sato"]}]}, "primary", ""),
        ],
        "differences": [
            {"label": "Recurrent cost, year 2", "before": "USD 41,000", "after": "USD 38,500"},
            {"label": "Hosting", "before": "A commercial cloud", "after": "The Organization's own data centre"},
            {"label": "Data owner", "before": "", "after": "Chief of Human Resources, UNMISS"},
        ],
        "events": [
            {"at": NOON, "who": "Amara Okafor", "what": "Assessment handed in", "icon": "check", "tone": "good"},
            {"at": NOON - timedelta(hours=7), "who": "UNMISS", "what": "Questions answered", "icon": "question",
             "more": "Version 3; 3 working days remain", "before": "paused", "after": "running"},
            {"at": NOON - timedelta(days=2), "who": "Standards desk", "what": "Clarification requested",
             "icon": "pause", "tone": "hold", "more": "Two questions, the clock of OICT stops"},
            {"at": NOON - timedelta(days=9), "who": "Li Wei", "what": "Sent back", "icon": "undo", "tone": "warn"},
            {"at": NOON - timedelta(days=12), "who": "Rosa Duarte", "what": "Version 1 frozen", "icon": "fingerprint"},
        ],
        "reasons": [
            {"sentence": "The yearly costs do not add up to the total.", "remedy": "Correct year 3.", "field": "costs"},
            {"sentence": "The certifying finance officer has not attested.",
             "remedy": "Ask for it; the page sends the reminder.", "who_can": ["Omar Haddad"]},
        ],
        "tabs": [
            {"label": "Your turn", "url": "#", "current": True, "count": 7},
            {"label": "Waiting for others", "url": "#", "count": 12},
            {"label": "Returned", "url": "#", "count": 1},
            {"label": "Covering for", "url": "#", "count": 0},
            {"label": "Done", "url": "#"},
        ],
        "chips": [
            {"text": "turn:me", "remove_url": "#"}, {"text": "due:<5d", "remove_url": "#"},
            {"text": "office:UNMISS", "remove_url": "#"}, {"text": "value:>250k", "remove_url": "#"},
            {"text": "cloud", "url": "#"},
        ],
        "facts": [
            {"label": "Need", "value": STORY["en"].split("\n", 1)[0]},
            {"label": "One-time cost", "value": look.money(Decimal("120000"), "USD")},
            {"label": "In local currency", "value": look.money(Decimal("15600000"), "SSP")},
            {"label": "Start", "value": look.day(date(2026, 9, 1))},
            {"label": "Fingerprint", "value": look.code("9f2c 41ab 77e0 1d3c")},
        ],
        "swatches": ["good", "warn", "bad", "hold", "info", "quiet"],
        "now": NOON,
    }  # fmt: skip
