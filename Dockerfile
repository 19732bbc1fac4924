# The production image: no compiler, no embedded servers, no root.

FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.12-slim-bookworm AS packages
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev python3-dev \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /srv/venv
COPY requirements-production.lock /build/
# psycopg2 is built here, against the system's libpq and its TLS; everything else comes as it was hashed
RUN /srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      --no-binary psycopg2-binary -r /build/requirements-production.lock

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq5 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 portal \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=ictgov.settings \
    ICTGOV_PRODUCTION=1 \
    ICTGOV_VAR=/srv/var
WORKDIR /srv/portal
COPY --from=packages /srv/venv /srv/venv
COPY manage.py ./
COPY ictgov ictgov
COPY apps apps
COPY templates templates
COPY static static
COPY locale locale
COPY --from=assets /build/node_modules node_modules
COPY package-lock.json requirements.lock ./
# The values of this one command are nobody's: they are not kept in the image
RUN SECRET_KEY=only-while-the-files-are-collected-0123456789-abcdefghij ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgres://nobody@nowhere/none REDIS_URL=redis://nowhere/0 \
    sh -c 'python manage.py compile_catalogues && python manage.py collectstatic --no-input --verbosity 0' \
 && rm -rf node_modules \
 && mkdir -p /srv/var/files /srv/var/checkpoints \
 && chown -R portal:portal /srv/var
USER 10001:10001
EXPOSE 8000
VOLUME ["/srv/var/files", "/srv/var/checkpoints"]
CMD ["gunicorn", "ictgov.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", \
     "--threads", "8", "--timeout", "60", "--graceful-timeout", "20", "--worker-tmp-dir", "/tmp", "--no-control-socket"]
