"""The servers that the portal brings along: what is left of one that was killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ictgov.embedded import Valkey


def test_the_end_of_a_killed_broker_is_taken(tmp_path: Path) -> None:
    """A process that is just dying names its words no more and is not gone yet; more than half of these were missed."""
    broker = Valkey(tmp_path, durable=False)
    for _round in range(12):
        broker.start()
        pid, server = broker.pid(), broker._server
        assert pid is not None
        assert server is not None
        os.kill(pid, signal.SIGKILL)
        while broker.is_ready():
            pass
        broker.stop(1)
        assert server.returncode is not None
