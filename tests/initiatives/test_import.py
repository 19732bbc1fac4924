"""A portfolio comes in row by row: real rows to the cent, wrong rows by name, the second run without a
change."""

import csv
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.approvals.models import Case
from apps.audit.models import Event
from apps.initiatives import presenter
from apps.initiatives.management.commands.import_portfolio import REFERENCE
from apps.initiatives.models import BusinessCaseVersion, ImportedRow, ImportRun, Initiative
from apps.initiatives.portfolio import US_ITDASHBOARD_2017, read_mapping
from tests.factories.offices import make_office

MAPPING = REFERENCE / "portfolio_mapping_us2017.csv"
NAME = "portfolios/us_itdashboard_business_cases_2017.csv"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def offices(organization):
    """Every office that the shipped mapping names."""
    for code in sorted(set(read_mapping(MAPPING).values())):
        if code not in organization.offices:
            organization.offices[code] = make_office(code, parent=organization.office("UN-SECRETARIAT"))
    return organization.offices


def row(**changes):
    """A right row; changes by column."""
    p = US_ITDASHBOARD_2017
    cells = dict.fromkeys(sorted(p.needed), "")
    cells |= {
        p.identifier: "005-000000001",
        p.title: "Seed register",
        "Agency Code": "005",
        "Bureau Code": "12",
        "Brief Summary": "It counts seeds. Then it counts again.",
        "Shared Service": "no",
        "Funding PY ($ M)": "1.5",
        "Funding CY ($ M)": "0.000001",
        "Date Investment First Submitted": "2011-10-24 17:09:07",
        "Evaluation (by Agency CIO)": "4",
    }
    return cells | changes


@pytest.fixture
def bring_in(offices, tmp_path):
    """Write these rows to a file, import it, and give the rows of the report."""

    def run(*rows, mapping=MAPPING):
        path, report = tmp_path / "portfolio.csv", tmp_path / "report.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, sorted(US_ITDASHBOARD_2017.needed))
            writer.writeheader()
            writer.writerows(rows)
        call_command("import_portfolio", path, mapping=mapping, report=report, verbosity=0)
        with report.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return run


def test_a_row_becomes_a_registered_case_with_version_1(bring_in):
    assert bring_in(row()) == []
    initiative = Initiative.objects.get()
    case = Case.objects.get(pk=initiative.case_id)
    assert (case.stage, case.outcome, case.office.code, case.value_usd) == (
        "registered",
        "registered",
        "DESA",
        Decimal("1500001.00"),
    )
    assert (initiative.status, initiative.summary) == ("registered", "It counts seeds.")
    version = BusinessCaseVersion.objects.get()
    assert (version.schema, version.sha256) == ("inventory-1", case.version_hash)
    assert version.facts["pre_existing"] is True
    titles = [section.title for section in presenter.sections(initiative.pk, 1)]
    assert titles == ["Identity", "Funding", "Life"]
    assert presenter.appraisal_of(initiative.pk, 1) is None
    verbs = ("case.registered", "import.begin", "import.finish")
    events = (
        Event.objects.filter(origin="import", verb__in=verbs).order_by("verb").values_list("verb", flat=True)
    )
    assert tuple(events) == verbs


def test_the_second_run_changes_nothing(bring_in):
    bring_in(row())
    cases, versions = Case.objects.count(), BusinessCaseVersion.objects.count()
    assert bring_in(row()) == []
    assert (Case.objects.count(), BusinessCaseVersion.objects.count()) == (cases, versions)
    assert list(ImportRun.objects.order_by("imported").values_list("imported", "unchanged")) == [
        (0, 1),
        (1, 0),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Agency Code": "999"}, "import_row_unmapped"),
        ({"Unique Investment Identifier": " "}, "answer_missing import_row_without_id"),
        ({"Investment Title (IT Portfolio)": ""}, "answer_missing"),
        ({"Investment Title (IT Portfolio)": "x" * 161}, "text_too_long"),
        ({"Funding CY ($ M)": "twelve"}, "amount_invalid"),
        ({"Funding CY ($ M)": "NaN"}, "amount_invalid"),
        ({"Funding CY ($ M)": "1e40"}, "amount_invalid"),
        ({"Funding CY ($ M)": "-3"}, "amount_negative"),
        ({"Funding CY ($ M)": "0.000000001"}, "amount_invalid"),
        ({"Brief Summary": "a\0b"}, "text_has_nul"),
        ({"Brief Summary": "x" * 60_000}, "text_far_too_long"),
        ({"Date Investment First Submitted": "24/10/2011"}, "date_invalid"),
        ({"Evaluation (by Agency CIO)": "6"}, "number_out_of_range"),
    ],
)
def test_a_wrong_row_is_refused_by_name_and_the_next_one_comes_in(bring_in, changes, code):
    good = row(**{"Unique Investment Identifier": "005-000000002"})
    report = bring_in(row(**changes), good)
    assert [line["codes"] for line in report] == [code]
    assert report[0]["why"]
    assert ImportedRow.objects.get().source_id == "005-000000002"


def test_a_row_that_changed_is_refused_and_the_registered_version_stays(bring_in):
    bring_in(row())
    assert [line["codes"] for line in bring_in(row(**{"Brief Summary": "Other."}))] == ["import_row_changed"]
    assert BusinessCaseVersion.objects.count() == 1


def test_an_office_that_does_not_exist_is_said(bring_in, tmp_path):
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("agency_code,bureau_code,office\n005,*,ATLANTIS\n", encoding="utf-8")
    assert [line["codes"] for line in bring_in(row(), mapping=mapping)] == ["import_office_unknown"]


def test_formulas_do_not_leave_by_the_report(bring_in):
    report = bring_in(row(**{"Unique Investment Identifier": "=1+1", "Evaluation (by Agency CIO)": "9"}))
    assert report[0]["source_id"] == "'=1+1"


def test_files_with_odd_bytes_lose_only_the_rows_that_have_them(offices, tmp_path):
    p = US_ITDASHBOARD_2017
    names = sorted(p.needed)
    lines = [",".join(names)]
    for number, title in ((1, "Plain"), (2, "Caf\xe9"), (3, "After")):
        cells = row(**{p.identifier: f"005-{number}", p.title: title})
        lines.append(",".join(f'"{cells[name]}"' for name in names))
    lines.append('"short row"')
    path = tmp_path / "latin1.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode("latin-1"))
    report = tmp_path / "report.csv"
    call_command("import_portfolio", path, report=report, verbosity=0)
    codes = [line.split(",")[2] for line in report.read_text(encoding="utf-8").splitlines()[1:]]
    assert codes == ["import_row_not_utf8", "import_row_width"]
    assert set(ImportedRow.objects.values_list("source_id", flat=True)) == {"005-1", "005-3"}


def test_an_open_quote_loses_what_it_swallows_and_nothing_else(offices, tmp_path):
    names = sorted(US_ITDASHBOARD_2017.needed)
    good = ",".join(f'"{cell}"' for cell in (row()[name] for name in names))
    path = tmp_path / "open.csv"
    path.write_text(f'{",".join(names)}\n{good}\n"never closed,\n{good}\n', encoding="utf-8")
    report = tmp_path / "report.csv"
    call_command("import_portfolio", path, report=report, verbosity=0)
    assert "import_row_unreadable" in report.read_text(encoding="utf-8")
    assert ImportedRow.objects.count() == 1


def test_nasty_files_are_refused_with_a_sentence(offices, real_data):
    files = sorted((real_data / "nasty").glob("csv_*/*.csv"))
    assert len(files) > 20
    for path in files:
        with pytest.raises(CommandError, match=r"Columns|line"):
            call_command("import_portfolio", path, verbosity=0)
    with pytest.raises(CommandError):
        call_command("import_portfolio", real_data / "nasty", verbosity=0)
    assert not Initiative.objects.exists()


def test_the_real_portfolio_comes_in_to_the_cent(offices, real_data, tmp_path, capsys):
    path, report = real_data / NAME, tmp_path / "report.csv"
    call_command("import_portfolio", path, report=report)
    assert "Done. 747 rows: 747 imported, 0 unchanged, 0 refused." in capsys.readouterr().out
    with path.open(encoding="utf-8", newline="") as file:
        rows = {r["Unique Investment Identifier"]: r for r in csv.DictReader(file)}
    assert Initiative.objects.count() == Case.objects.count() == BusinessCaseVersion.objects.count() == 747
    columns = ("Funding PY ($ M)", "Funding CY ($ M)", "Funding BY ($ M)")
    for came in ImportedRow.objects.select_related("version", "initiative"):
        raw = rows[came.source_id]
        wanted = sum(Decimal(raw[column]) for column in columns) * 1_000_000
        assert came.version.value_usd == wanted
        assert came.initiative.title == raw["Investment Title (IT Portfolio)"].strip()
    call_command("import_portfolio", path, report=report)
    assert "Done. 747 rows: 0 imported, 747 unchanged, 0 refused." in capsys.readouterr().out
    assert Case.objects.count() == 747


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_rows_and_goes_on(offices, real_data):
    command = [sys.executable, "manage.py", "import_portfolio", str(real_data / NAME)]
    environment = {**os.environ, "ICTGOV_TESTING": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while ImportedRow.objects.count() < 40 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.5)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(i.case_id), count(v.id), count(c.id), count(r.id)
            FROM initiatives_initiative i
            LEFT JOIN initiatives_businesscaseversion v ON v.initiative_id = i.id
            LEFT JOIN approvals_case c ON c.id = i.case_id AND c.version_hash = v.sha256
            LEFT JOIN initiatives_importedrow r ON r.initiative_id = i.id"""
        )
        whole = cursor.fetchone()
    assert 40 <= whole[0] < 747
    assert set(whole) == {whole[0]}
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    assert ImportedRow.objects.count() == 747
