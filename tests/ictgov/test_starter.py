"""The one command: what it refuses, what it skips, and what a killed start leaves to the next one.

The demonstration is started from a copy of the working tree, with the environment and the assets of this one, on a
port of its own.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ictgov import starter
from ictgov.embedded import Postgres, Valkey, _alive

ROOT = Path(__file__).resolve().parents[2]


def _runs(program: str) -> bool:
    found = shutil.which(program)
    return found is not None and subprocess.run([found, "--version"], capture_output=True).returncode == 0


OLD_PYTHON = next(filter(_runs, ("python3.6", "python3.7", "python3.8", "python3.9")), None)
PATIENCE = 180


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Portal:
    """A working tree of its own, in which the command is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ICTGOV_", "DJANGO_", "PYTEST_"))
            and name not in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "ADMIN_DATABASE_URL", "REDIS_URL")
        }
        self.environment["ICTGOV_WITHOUT_DEMONSTRATION"] = "1"
        # behind pytest's closed folder, root's server keeps its data elsewhere
        self.data = Postgres(folder / "var" / "demo").data
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *more: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "ictgov", "demo", "--port", str(self.port), *more],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(child)
        return child

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ictgov", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def wait_until_up(self, child: subprocess.Popen[str]) -> str:
        """Read what the command says until it names the way to stop it."""
        assert child.stdout is not None
        said = ""
        for line in child.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                return said
        raise AssertionError(f"the portal did not come up:\n{said}")

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            response.read()
            connection.close()
            return response.status == 200
        return False

    def processes(self) -> list[int]:
        """Every living process that works in or for this folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                inside = (entry / "cwd").readlink() == self.folder or str(self.folder) in command
                inside = inside or str(self.data) in command
                if inside and _alive(int(entry.name)):
                    found.append(int(entry.name))
        return found

    def clear(self) -> None:
        for child in self.started:
            if child.poll() is None:
                child.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(40)
            if child.stdout is not None:
                child.stdout.close()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _forget(self.data)
        shutil.rmtree(self.folder, ignore_errors=True)


def _forget(data: Path) -> None:
    shutil.rmtree(data if data.parents[1].name != "ictgov" else data.parent, ignore_errors=True)


def _eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal") / "tree"
    for name in ("apps", "ictgov", "templates", "static", "locale"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (
        *ROOT.glob("*.lock"),
        ROOT / "package-lock.json",
        ROOT / "manage.py",
        ROOT / "pyproject.toml",
    ):
        shutil.copy(path, folder / path.name)
    (folder / ".venv").symlink_to(Path(sys.prefix).resolve())
    (folder / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    made = Portal(folder)
    yield made
    made.clear()


pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


@pytest.mark.slow
def test_start_stop_and_start_again(portal: Portal) -> None:
    first = portal.start()
    said = portal.wait_until_up(first)
    assert f"http://127.0.0.1:{portal.port}/" in said
    assert portal.answers()
    assert re.search(r"Tables +migrated", said)

    second = portal.say("demo", "--port", str(portal.port))
    assert second.returncode == 1
    assert "already being started or running here" in second.stderr
    assert portal.answers()

    os.kill(first.pid, signal.SIGINT)
    assert first.wait(60) == 0
    assert portal.processes() == []

    again = portal.start()
    said = portal.wait_until_up(again)
    assert re.search(r"Tables +already there", said)
    again.terminate()
    assert again.wait(60) == 0
    assert portal.processes() == []


@pytest.mark.slow
def test_killed_start_is_cleared_by_the_next(portal: Portal) -> None:
    first = portal.start()
    portal.wait_until_up(first)
    first.kill()
    first.wait()
    assert len(portal.processes()) >= 4

    second = portal.start()
    said = portal.wait_until_up(second)
    assert "had left 3 processes running; they are ended" in said
    assert re.search(r"PostgreSQL +was still running", said)
    assert portal.answers()

    # everything at once, as when the machine loses power: stale files of each server remain
    second.kill()
    second.wait()
    for pid in portal.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert _eventually(lambda: portal.processes() == [])
    third = portal.start()
    said = portal.wait_until_up(third)
    assert re.search(r"PostgreSQL +started", said)
    assert portal.answers()

    # a process that dies is started again
    book = json.loads((portal.folder / "var/demo/processes.json").read_text())
    for pid in book:
        os.kill(int(pid), signal.SIGKILL)
    assert _eventually(
        lambda: not set(book) & set(json.loads((portal.folder / "var/demo/processes.json").read_text()))
    )
    assert _eventually(portal.answers)
    third.terminate()
    assert third.wait(60) == 0


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 1.2, 3.0])
def test_stopping_half_way_leaves_nothing(portal: Portal, after: float) -> None:
    child = portal.start()
    time.sleep(after)
    child.send_signal(signal.SIGINT)
    child.wait(60)
    assert _eventually(lambda: portal.processes() == [], 10)


@pytest.mark.slow
def test_left_running_until_stopped(portal: Portal) -> None:
    started = portal.say("demo", "--port", str(portal.port), "--no-wait")
    assert started.returncode == 0, started.stdout + started.stderr
    assert portal.answers()
    assert portal.say("stop").stdout.strip() == "Stopped."
    assert portal.processes() == []
    assert portal.say("stop").stdout.strip() == "Nothing is running here."


def test_taken_port_is_named(portal: Portal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = portal.say("demo", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken by another program" in refused.stderr
    assert f"--port {port + 1}" in refused.stderr
    assert portal.processes() == []


def test_unknown_host_is_named(portal: Portal) -> None:
    refused = portal.say("demo", "--host", "no-such-name.invalid", "--port", str(portal.port))
    assert "not a name or address of this machine" in refused.stderr


@pytest.mark.skipif(OLD_PYTHON is None, reason="no old Python")
def test_old_python_is_told(tmp_path: Path) -> None:
    shown = subprocess.run(
        [OLD_PYTHON or "", "-m", "ictgov", "demo"], cwd=ROOT, capture_output=True, text=True
    )
    assert shown.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3." in shown.stderr


# Sentences --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: dns error: failed to lookup address information", "there is no network"),
        ("npm error code EAI_AGAIN", "there is no network"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Something else entirely", "`uv pip sync` failed"),
    ],
)
def test_failure_becomes_a_sentence(said: str, sentence: str) -> None:
    assert sentence in starter._sentence_for(["/somewhere/uv", "pip", "sync"], said)


def test_missing_venv_module_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> str:
        raise starter.Trouble("`python3 -m venv` failed: ensurepip is not available")

    monkeypatch.setattr(starter, "VENV", tmp_path / "venv")
    monkeypatch.setattr(starter, "run", fail)
    with pytest.raises(starter.Trouble, match="apt install python3"):
        starter._make_environment(None)  # type: ignore[arg-type]


def test_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "FREE_SPACE_NEEDED", 10**18)
    with pytest.raises(starter.Trouble, match="MB left"):
        starter._check_room()


def test_missing_wheels_name_the_way_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ictgov import embedded

    monkeypatch.setattr(embedded, "_wheel_folder", lambda package: None)
    monkeypatch.setattr(embedded, "_first_program", lambda *candidates: None)
    with pytest.raises(embedded.NotAvailable, match="Set DATABASE_URL and MIGRATION_DATABASE_URL"):
        Postgres(tmp_path).start()
    with pytest.raises(embedded.NotAvailable, match="Set REDIS_URL"):
        Valkey(tmp_path).start()


def test_lock_entry_holds_its_hashes() -> None:
    entry = starter._lock_entry(ROOT / "requirements.lock", "uv")
    assert entry.startswith("uv==")
    assert entry.count("--hash=sha256:") > 5
    assert not entry.rstrip().endswith("\\")


def test_locks_hold_no_address() -> None:
    for path in (*ROOT.glob("*.lock"), ROOT / "package-lock.json"):
        for line in path.read_text().splitlines():
            assert "://" not in line or "sponsors" in line or "opencollective" in line or "funding" in line, (
                line
            )


# The servers ------------------------------------------------------------------------------------------------


def test_server_is_private_and_safe(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A socket in a folder of 0700, no port, checksums on, nobody's processes without root's groups."""
    import psycopg2

    from ictgov.database import parameters

    folder = tmp_path_factory.mktemp("server")
    server = Postgres(folder)
    server.start()
    try:
        sockets = server.socket_folder
        assert sockets.stat().st_mode & 0o777 == 0o700
        pid = server.pid()
        if os.geteuid() == 0:
            status = Path(f"/proc/{pid}/status").read_text()
            assert "Uid:\t0" not in status
        connection = psycopg2.connect(**parameters(server.url("postgres", "postgres")))
        with connection.cursor() as cursor:
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchone() == ("",)
            cursor.execute("SHOW data_checksums")
            assert cursor.fetchone() == ("on",)
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("on",)
        connection.close()
        server.start()  # a second start finds the first
        assert server.pid() == pid
    finally:
        server.stop()
        _forget(server.data)
    assert server.pid() is None
    assert not sockets.exists()


def test_a_strangers_process_is_left_alone(tmp_path: Path) -> None:
    """A number in a file of a server that is gone may be somebody else's by now."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60) # postgres valkey-server"]
    ) as stranger:
        valkey = Valkey(tmp_path)
        valkey.home.mkdir()
        (valkey.home / "pid").write_text(str(stranger.pid))
        (valkey.home / "socket").write_text("/tmp/ictgov-gone/valkey.sock")
        postgres = Postgres(tmp_path)
        postgres.data.mkdir(parents=True)
        lines = [str(stranger.pid), str(postgres.data), "0", "5432", "/tmp/ictgov-gone", "", "", "ready"]
        (postgres.data / "postmaster.pid").write_text("\n".join(lines))
        assert valkey.pid() is None
        assert postgres.pid() is None
        valkey.stop()
        postgres.stop()
        assert stranger.poll() is None
        stranger.terminate()
    _forget(postgres.data)
