"""Settings, read once from the environment.

Two kinds of place: production (ICTGOV_PRODUCTION=1), where everything that matters must be given and a missing
value stops the start with a sentence that says what to set; and everywhere else (a first look, development,
tests), which answers to this machine's own names only, so that it cannot be put into production by mistake.
"""

import secrets
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ictgov import database, embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("ICTGOV_VAR", default=str(BASE_DIR / "var")))

PRODUCTION = env.bool("ICTGOV_PRODUCTION", default=False)
ICTGOV_DEMO = env.bool("ICTGOV_DEMO", default=False)
ICTGOV_TESTING = env.bool("ICTGOV_TESTING", default=False)
DEBUG = env.bool("ICTGOV_DEBUG", default=False)
ICTGOV_CLOCK_SETTABLE = env.bool("ICTGOV_CLOCK_SETTABLE", default=False)


def _needed(name: str, why: str) -> str:
    """The value of a variable that production cannot do without."""
    value: str = env.str(name, default="")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Set {name}: {why}.")
    return value


if PRODUCTION:
    for name, setting in (
        ("ICTGOV_DEBUG", DEBUG),
        ("ICTGOV_CLOCK_SETTABLE", ICTGOV_CLOCK_SETTABLE),
        ("ICTGOV_DEMO", ICTGOV_DEMO),
        ("ICTGOV_TESTING", ICTGOV_TESTING),
    ):
        if setting:
            raise ImproperlyConfigured(f"{name} must not be set in production.")


def _own_secret_key() -> str:
    """The secret key of a first look, made once and kept under var/, readable by its owner only."""
    path = VAR_DIR / "secret.key"
    VAR_DIR.mkdir(exist_ok=True)
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text() or secrets.token_urlsafe(50)


SECRET_KEY = _needed("SECRET_KEY", "a long random text; sessions and links are signed with it")
SECRET_KEY = SECRET_KEY or _own_secret_key()
ALLOWED_HOSTS = [
    name.strip()
    for name in _needed("ALLOWED_HOSTS", "the names by which people reach the portal").split(",")
    if name.strip()
]
if not PRODUCTION:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "guardian",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "csp",
    "ictgov",
    "apps.audit",
    "apps.accounts",
    "apps.notices",
    "apps.offices",
    "apps.approvals",
    "apps.standards",
    "apps.initiatives",
    "apps.dashboards",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "ictgov.urls"
WSGI_APPLICATION = "ictgov.wsgi.application"

# Database -------------------------------------------------------------------------------------------
# The portal's own role, which owns nothing; migrations sign in elsewhere (docs/adr). A server that
# `python3 -m ictgov demo` keeps running is found without being named.


def _demonstration_server(role: str) -> str:
    server = embedded.Postgres(VAR_DIR / "demo")
    if PRODUCTION or not server.home.exists() or server.pid() is None:
        return ""
    return server.url(role, "ictgov")


DATABASE_URL = _needed("DATABASE_URL", "postgres://role:password@host/database, PostgreSQL 15 or newer")
DATABASE_URL = DATABASE_URL or _demonstration_server(embedded.APP_ROLE)
MIGRATION_DATABASE_URL = env.str("MIGRATION_DATABASE_URL", default="") or (
    "" if env.str("DATABASE_URL", default="") else _demonstration_server(embedded.MIGRATION_ROLE)
)
DATABASES = {
    "default": {
        **database.connection_settings(
            DATABASE_URL or f"postgres://{embedded.APP_ROLE}@/ictgov",
            lock_timeout="3s",
            statement_timeout="10s",
            idle_in_transaction_session_timeout="15s",
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}

# Languages ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Pages ----------------------------------------------------------------------------------------------
MIDDLEWARE = [
    "ictgov.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.accounts.middleware.AccessMiddleware",
    "apps.accounts.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "apps.accounts.forms.LookRenderer"
CSRF_FAILURE_VIEW = "apps.accounts.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Static files: ours from static/, a short list of others' from node_modules/ (ictgov/vendor.py) ------
# Hashed names wherever collectstatic has run (the demonstration, production); found as they lie elsewhere.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ictgov.vendor.VendorFinder",
]
HASHED_STATIC_FILES = PRODUCTION or env.bool("ICTGOV_HASHED_STATIC_FILES", default=False)
if PRODUCTION:
    _static = "whitenoise.storage.CompressedManifestStaticFilesStorage"
elif HASHED_STATIC_FILES:
    _static = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
else:
    _static = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC_FILES
WHITENOISE_AUTOREFRESH = not HASHED_STATIC_FILES
MEDIA_ROOT = Path(env.str("ICTGOV_FILES", default=str(VAR_DIR / "files")))

# What a page may load: our own files, and nothing written into the page itself -----------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's style sheet draws its small marks as data
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Sessions and transport -----------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
ICTGOV_SESSION_SECONDS = 10 * 60 * 60
ICTGOV_IDLE_SECONDS = (8 * 60 if ICTGOV_DEMO else 30) * 60
CSRF_COOKIE_HTTPONLY = False  # the page's own script sends it as a header
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("ICTGOV_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("ICTGOV_HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Only behind a proxy that sets this header itself, and drops the visitor's.
    if env.bool("ICTGOV_BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# People ---------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [  # length and what is known or easily guessed; never which kinds of characters
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.accounts.passwords.NotEasilyGuessed"},
    {"NAME": "apps.accounts.passwords.NotBreached"},
]
ICTGOV_BREACHED_PASSWORDS = env.str("ICTGOV_BREACHED_PASSWORDS", default="")  # a sorted file of SHA-1 hashes
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_RATE_LIMITS = {"login": ""}  # what is counted of wrong passwords: apps/accounts/guard.py
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays; Django ends the others
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.SignInForm",
    "change_password": "apps.accounts.forms.PasswordChangeForm",
    "reset_password": "apps.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "apps.accounts.forms.NewPasswordForm",
    "reauthenticate": "apps.accounts.forms.PasswordAgainForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(PRODUCTION and env.bool("ICTGOV_BEHIND_PROXY", default=False))

# The second factor: whoever decides or administers has one; a demonstration alone lifts that, and says so.
ICTGOV_SECOND_FACTOR_REQUIRED = not ICTGOV_DEMO
MFA_ADAPTER = "apps.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "ICT governance portal"
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "apps.accounts.forms.CodeForm",
    "reauthenticate": "apps.accounts.forms.CodeAgainForm",
    "authenticate_webauthn": "apps.accounts.forms.PasskeyAnswerForm",
    "reauthenticate_webauthn": "apps.accounts.forms.PasskeyAgainForm",
    "activate_totp": "apps.accounts.forms.FirstCodeForm",
    "add_webauthn": "apps.accounts.forms.PasskeyForm",
    "edit_webauthn": "apps.accounts.forms.PasskeyNameForm",
}

# Single sign-on by OpenID Connect, where the Organization has it (docs/operations/production.md) ---------
OIDC_SERVER = env.str("ICTGOV_OIDC_SERVER", default="").rstrip("/")
OIDC_NAME = env.str("ICTGOV_OIDC_NAME", default="")
# Which `amr` or `acr` of the provider's answer stand for a second factor; none unless named.
OIDC_SECOND_FACTORS = env.list("ICTGOV_OIDC_SECOND_FACTORS", default=[])
SOCIALACCOUNT_ADAPTER = "apps.accounts.adapter.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = True  # to the one answer that sign-up is closed
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # the adapter links, by verified address only
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_SERVER:
    if PRODUCTION and not OIDC_SERVER.startswith("https://"):
        raise ImproperlyConfigured("ICTGOV_OIDC_SERVER begins with https:// in production.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": OIDC_NAME,
            "client_id": env.str("ICTGOV_OIDC_CLIENT_ID"),
            "secret": env.str("ICTGOV_OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_SERVER},
        }
    ]
    # A form of ours leads there, so the policy lets it; a provider that signs in on other hosts names them.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += [
        "/".join(OIDC_SERVER.split("/")[:3]),
        *env.list("ICTGOV_OIDC_HOSTS", default=[]),
    ]
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # grants are asked in apps/offices/grants.py, not by user.has_perm

# API ------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.api.authentication.BrowserSession",
        "apps.accounts.api.authentication.ServiceToken",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.api.permissions.Declared"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.accounts.api.errors.answer",
    "DEFAULT_PAGINATION_CLASS": "apps.accounts.api.pagination.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.accounts.api.parsers.BoundedJSON"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105 (the name of a table)
SPECTACULAR_SETTINGS = {
    "TITLE": "ICT governance portal",
    "DESCRIPTION": "The same verbs, answers and refusals as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.accounts.api.permissions.Declared"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SystemClassEnum": "apps.offices.choices.SystemClass",
        "DataClassEnum": "apps.offices.choices.DataClass",
    },
}

# Tasks: one beat entry; the truth is rows, and every task bears being run twice ----------------------
REDIS_URL = _needed("REDIS_URL", "redis://host/0, an instance of its own with appendonly and noeviction")
CELERY_BROKER_URL = (REDIS_URL or "redis://localhost:6379/0").replace("unix://", "redis+socket://", 1)
CELERY_BROKER_URL = CELERY_BROKER_URL.replace("?db=", "?virtual_host=")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    "global_keyprefix": "gov:",
}
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 200_000
CELERY_WORKER_ETA_TASK_LIMIT = 100
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "gov.tick",
        "schedule": env.float("ICTGOV_TICK_SECONDS", default=30.0),
        "options": {"expires": 25},
    }
}
# In memory: what is due stands in rows, and a file that a killed beat left half-written would keep the next one down.
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
CELERY_BEAT_ENABLE_REMOTE_CONTROL = True

# Nothing in a request waits for Redis: the cache is this process's own memory.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Mail -----------------------------------------------------------------------------------------------
_email = env.email("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST", "")
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10
ICTGOV_ADDRESS = env.str("ICTGOV_ADDRESS", default="http://localhost:8000").rstrip("/")  # in links of mails
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ict-governance@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# The register's checkpoints, signed and kept outside the database: in folders, and by mail -------------
ICTGOV_CHECKPOINTS = Path(env.str("ICTGOV_CHECKPOINTS", default=str(VAR_DIR / "checkpoints")))
ICTGOV_CHECKPOINT_COPIES = env.list("ICTGOV_CHECKPOINT_COPIES", default=[])
ICTGOV_CHECKPOINT_MAILS = env.list(
    "ICTGOV_CHECKPOINT_MAILS", default=["audit.office@example.org"] if ICTGOV_DEMO else []
)
# The private key is for the worker alone; elsewhere than in production it is made when it is first needed.
ICTGOV_CHECKPOINT_KEY = env.str("ICTGOV_CHECKPOINT_KEY", default="")
ICTGOV_CHECKPOINT_KEY_FILE = env.str(
    "ICTGOV_CHECKPOINT_KEY_FILE", default="" if PRODUCTION else str(VAR_DIR / "checkpoint.key")
)

# Logs: one line an event; JSON in production ---------------------------------------------------------
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer()
                if PRODUCTION
                else structlog.processors.KeyValueRenderer(
                    key_order=["timestamp", "level", "logger", "event"], drop_missing=True
                ),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("ICTGOV_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
