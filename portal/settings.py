"""Every setting of the portal. What differs between installations comes through `portal.env`."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from django.utils.translation import gettext_lazy as _

from portal import env

# Paths

BASE_DIR = Path(__file__).resolve().parent.parent

# Core

PUBLIC_URL = env.origin("PUBLIC_URL")
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", default="")
# The first key seals, every key opens: put a new one in front to rotate.
PORTICO_SECRETS_KEYS = env.names("PORTICO_SECRETS_KEY")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname, *env.names("ALLOWED_HOSTS", default="")]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "portal.lib.forms.Renderer"

# Apps

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "erp_bridge",
    "payments",
    "invoices",
    "orders",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

# Middleware

MIDDLEWARE = [
    "portal.middleware.access_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.session_limits",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.audited",
    "accounts.middleware.companys_clocks",
    "accounts.middleware.personal",
    "accounts.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.as_customer",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

# Templates

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.page",
            ],
        },
    },
]

# The words after "flash" in static/css/parts/flash.css.
MESSAGE_TAGS = {
    message_levels.INFO: "",
    message_levels.SUCCESS: "good",
    message_levels.WARNING: "warn",
    message_levels.ERROR: "bad",
}

# Database

DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    },
}
# Seconds; portal.wsgi sets it for web processes, everything else may take its time.
STATEMENT_TIMEOUT = env.number("STATEMENT_TIMEOUT", default=0)
if STATEMENT_TIMEOUT:
    DATABASES["default"]["OPTIONS"]["options"] = f"-c statement_timeout={STATEMENT_TIMEOUT}s"

# Cache and queue

REDIS_URL = env.redis("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "portal.lib.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            "serializer": "portal.lib.cache.JsonSerializer",
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
        },
    },
    # Each process's own memory, for what every page needs and may be seconds old.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A web process that rings a bell gives up at once when the broker is away; the sweep catches up.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "celery.",
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "visibility_timeout": 3600,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
# Schedules are rows; a tick that was not taken by the next one is of no use any more.
CELERY_BEAT_SCHEDULE = {
    "accounts.forget_links": {
        "task": "accounts.forget_links",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "accounts.help_sign_in": {
        "task": "accounts.help_sign_in",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "accounts.forget_registrations": {
        "task": "accounts.forget_registrations",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "accounts.search_duplicates": {
        "task": "accounts.search_duplicates",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "accounts.search_all_duplicates": {
        "task": "accounts.search_all_duplicates",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "accounts.import_people": {
        "task": "accounts.import_people",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "accounts.forget_files": {
        "task": "accounts.forget_files",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "accounts.forget_imports": {
        "task": "accounts.forget_imports",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "accounts.forget_sessions": {
        "task": "accounts.forget_sessions",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "accounts.forget_tries": {
        "task": "accounts.forget_tries",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "accounts.drop_secure_mails": {
        "task": "accounts.drop_secure_mails",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "accounts.send_documents": {
        "task": "accounts.send_documents",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "accounts.send_messages": {
        "task": "accounts.send_messages",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "erp_bridge.tick": {"task": "erp_bridge.tick", "schedule": 15, "options": {"expires": 15}},
    "erp_bridge.prune": {
        "task": "erp_bridge.prune",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "invoices.forget_statements": {
        "task": "invoices.forget_statements",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "invoices.print_papers": {
        "task": "invoices.print_papers",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "orders.expire_offers": {
        "task": "orders.expire_offers",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "orders.fold_counters": {
        "task": "orders.fold_counters",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "orders.mend_counters": {
        "task": "orders.mend_counters",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "orders.forget_drafts": {
        "task": "orders.forget_drafts",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "orders.print_papers": {
        "task": "orders.print_papers",
        "schedule": 60,
        "options": {"expires": 60},
    },
}

# Questions upward: who answers what a lower app or the library asks

DATA_AGE = "erp_bridge.freshness.read_up_to"
REGISTRATION_PROOFS = ["invoices.proofs.invoice_proof", "orders.proofs.order_proof"]

# Sign-in and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.password_policy.LengthValidator"},
    {"NAME": "accounts.password_policy.ClassesValidator"},
    {"NAME": "accounts.password_policy.CommonPasswordValidator"},
    {"NAME": "accounts.password_policy.PersonValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# The idle time; accounts.services.sign_in has the longest time.
SESSION_COOKIE_AGE = 2 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 3600
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
# The counts of accounts.services.throttling are rows; allauth's would be lost with the cache.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_signed_out"
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

# The company's identity provider (OpenID Connect), through which the office's own people sign in

OIDC_ISSUER = env.address("OIDC_ISSUER", default="")
# Where its configuration is, when that is not at the issuer's own well-known address.
OIDC_CONFIGURATION = env.address("OIDC_CONFIGURATION", default="")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID") if OIDC_ISSUER else ""
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET") if OIDC_ISSUER else ""
OIDC_NAME = env.text("OIDC_NAME", default=urlsplit(OIDC_ISSUER).hostname or "")
OIDC_SCOPES = env.text("OIDC_SCOPES", default="openid profile email").split()
OIDC_ROLES_CLAIM = env.text("OIDC_ROLES_CLAIM", default="roles")
OIDC_EMAIL_CLAIM = env.text("OIDC_EMAIL_CLAIM", default="email")
# The provider's people cannot choose their addresses, so it need not say that they are verified.
OIDC_EMAIL_TRUSTED = env.flag("OIDC_EMAIL_TRUSTED", default=False)
# Where the provider hands people on to before it shows a page: browsers have to be told.
OIDC_FORM_ORIGINS = env.names("OIDC_FORM_ORIGINS", default="")
SOCIALACCOUNT_ADAPTER = "accounts.adapter.ProviderAdapter"

# Languages and formats

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fi", _("Finnish")),
    ("sv", _("Swedish")),
    ("de", _("German")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", default="Europe/Helsinki")

# Static files

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.lib.staticfiles.CompressedStorage"},
}
if not env.flag("COMPRESS_STATIC", default=True):
    STORAGES["staticfiles"]["BACKEND"] = "portal.lib.staticfiles.Storage"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))

# Mail

globals().update(env.mail("EMAIL_URL"))
EMAIL_TIMEOUT = 10
# Where text messages go, as apprise writes it, with {to} for the number; none without.
SMS_URL = env.text("SMS_URL", default="")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM")

# Security

_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
LANGUAGE_COOKIE_SECURE = _HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
# Both bind every host under the domain, so the operator has to ask for them.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = (
    env.flag("HSTS_WHOLE_DOMAIN", default=False) and _HTTPS
)
if not SECURE_HSTS_PRELOAD:
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
# An order form with all the rows that fit into it has some 6,000 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# Logging

LOG_LEVEL = env.choice("LOG_LEVEL", options=("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.lib.logs.JsonFormatter"}},
    "filters": {"paths": {"()": "portal.lib.logs.HideSecretPaths"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["paths"],
            "formatter": "json",
        },
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
