"""The portal's settings for tests: the run's own servers, cheap passwords, mail in memory."""

import os

from tests.servers import POSTGRES, VALKEY

for _name, _value in {
    "DATABASE_URL": POSTGRES.url("portico"),
    "EMAIL_URL": "smtp://localhost",
    "MAIL_FROM": "Portal <portal@example.com>",
    "PORTICO_SECRETS_KEY": "dGVzdHMtc2VhbC13aXRoLXRoaXMta2V5LWFsb25lLSE=",
    "PUBLIC_URL": "http://testserver",
    "REDIS_URL": VALKEY.url,
    "SECRET_KEY": "signs test cookies and nothing else",
    "TIME_ZONE": "Europe/Helsinki",
}.items():
    os.environ.setdefault(_name, _value)

from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost"]
CACHES = {**CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
