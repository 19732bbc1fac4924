"""Builds the image, starts what docker-compose.yml says, walks the road, disturbs the broker, takes all away."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")

import django

django.setup()

from tests.compose import stand_ins  # noqa: E402
from tests.compose.engine import IMAGE, ROOT, Composed, docker, say  # noqa: E402
from tests.factories.offices import SECRET  # noqa: E402
from tests.journeys import faults  # noqa: E402
from tests.journeys import test_api_journey as journey  # noqa: E402
from tests.journeys.portal import readiness, wait_for  # noqa: E402

MAIN_JOURNEY = (
    journey.test_submitter_screens_drafts_and_hands_on,
    journey.test_nobody_outside_the_office_sees_it_yet,
    journey.test_office_attests_and_endorses,
    journey.test_field_opinion_is_given_and_approves_nothing,
    journey.test_questions_stop_the_clock_and_the_answer_makes_version_two,
    journey.test_desks_are_blind_to_each_other_and_nothing_is_decided_early,
    journey.test_lead_recommends_and_officer_decides_by_password,
    journey.test_worker_lets_it_take_effect_and_the_office_reads_the_letter,
    journey.test_member_sees_the_case_and_everybody_a_card,
)
HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.compose", description=__doc__)
    parser.add_argument(
        "--stand-ins", action="store_true", help="make the images that cannot be pulled from Debian"
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--keep", action="store_true", help="leave it running, to look at")
    given = parser.parse_args()
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", given.port)) == 0:
            raise SystemExit(f"Port {given.port} is taken: choose another with --port.")
    if given.stand_ins:
        stand_ins.make()
    say("the image of the portal")
    docker("build", "--network", "host", "--tag", IMAGE, ROOT)
    portal = Composed(given.port)
    try:
        walk(portal)
    except BaseException:
        print(portal.compose("logs", "--tail", "40", "--no-color", check=False), file=sys.stderr)
        raise
    finally:
        if given.keep:
            say(f"left running at {portal.address}; its files are in {portal.home}")
        else:
            portal.down()
            docker("image", "rm", "--force", IMAGE, check=False)
            if given.stand_ins:
                stand_ins.remove()
            say("all taken away")
    return 0


def walk(portal: Composed) -> None:
    """From an empty database to the measured faults."""
    say("compose up")
    began = time.monotonic()
    portal.compose("up", "--detach", "--no-build")
    wait_for("the portal is ready", lambda: readiness(portal).get("status") == "ready", seconds=180)
    say(f"ready after {time.monotonic() - began:.0f} s")
    wait_for("a tick has run", lambda: readiness(portal).get("tick_late") is False, seconds=120)
    say(f"ticking after {time.monotonic() - began:.0f} s")
    people = (HERE / "people.py").read_text()
    loading = ("run", "--rm", "-T", "--no-deps", "web", "python", "-", SECRET)
    assert "loaded" in portal.compose(*loading, text=people)
    say("people are loaded")
    cases = faults.Cases(portal)
    began = time.monotonic()
    for step in MAIN_JOURNEY:
        step(cases.first)
        say(f"  {step.__name__.removeprefix('test_').replace('_', ' ')}")
    say(f"from screening to the letter in {time.monotonic() - began:.0f} s")
    found = faults.run_all(cases, broker_of(portal))
    prove(portal)
    wait_for("every service is healthy", lambda: set(portal.health().values()) == {"healthy"}, seconds=180)
    for name, measured in found.items():
        say(f"{name:<10} {measured.words()}")


def broker_of(portal: Composed) -> faults.Broker:
    """The broker's container, paused, flushed and killed."""
    container = portal.container("broker")
    return faults.Broker(
        freeze=partial(docker, "pause", container),
        thaw=partial(docker, "unpause", container),
        flush=partial(portal.compose, "exec", "-T", "broker", "redis-cli", "-e", "FLUSHALL"),
        kill=partial(docker, "kill", "--signal", "KILL", container),
        start=partial(docker, "start", container),
    )


def prove(portal: Composed) -> None:
    """The register of all that: signed, with its witnesses, verified in the image and with Python alone."""
    worker = ("exec", "-T", "worker", "python", "manage.py")
    say(portal.compose(*worker, "checkpoint_register").splitlines()[0] + " is signed")
    say(portal.compose(*worker, "verify_register").splitlines()[0])
    wait_for("every witness has it", lambda: readiness(portal).get("witnesses_behind") == 0, seconds=150)
    script = (
        "python manage.py export_register /tmp/r.jsonl --keys /tmp/keys.txt >/dev/null"
        " && python -S apps/audit/verifier.py /tmp/r.jsonl --key /tmp/keys.txt"
        " $(for f in /srv/var/checkpoints/*.jsonl; do echo --checkpoint $f; done)"
    )
    for line in portal.compose("exec", "-T", "worker", "sh", "-c", script).splitlines():
        say(f"  {line}")
    assert "ICTGOV_CHECKPOINT_KEY" not in docker("exec", portal.container("web"), "env")


if __name__ == "__main__":
    sys.exit(main())
