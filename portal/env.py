"""Settings from the environment: each reader refuses a value it does not understand.

An empty variable counts as absent, because compose files and CI pass unset variables as "".
"""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_REQUIRED: Any = object()
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_MAIL_SCHEMES = {"smtp": {}, "smtp+tls": {"EMAIL_USE_TLS": True}, "smtps": {"EMAIL_USE_SSL": True}}
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def text(name: str, *, default: str = _REQUIRED) -> str:
    """The variable as it stands; without a default it has to be set."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is _REQUIRED:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.")
    return default


def flag(name: str, *, default: bool) -> bool:
    """Only 1, true, yes, 0, false and no are flags; a typing error never means "off"."""
    value = text(name, default="")
    if not value:
        return default
    try:
        return _FLAGS[value.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} is {value!r}; use true or false.") from None


def number(name: str, *, default: int) -> int:
    """A whole number of zero or more."""
    value = text(name, default=str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is {value!r}; use a whole number.")
    return int(value)


def choice(name: str, *, options: tuple[str, ...], default: str) -> str:
    """One of the options, spelt exactly."""
    value = text(name, default=default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(options)}.")
    return value


def names(name: str, *, default: str = _REQUIRED) -> list[str]:
    """A comma-separated list without its blanks."""
    return [
        part for part in (part.strip() for part in text(name, default=default).split(",")) if part
    ]


def origin(name: str) -> str:
    """Scheme, host and port of a site, without a path: `https://portal.example.com`."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ImproperlyConfigured(f"{name} is {value!r}; use http(s)://host[:port].")
    return f"{parts.scheme}://{parts.netloc}"


def address(name: str, *, default: str = _REQUIRED) -> str:
    """An address on the web, https unless it is on this machine."""
    value = text(name, default=default)
    if not value:
        return value
    parts = urlsplit(value)
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.scheme not in ("https", "http" if is_here else "https"):
        raise ImproperlyConfigured(f"{name} is {value!r}; use https://host/path.")
    return value


def database(name: str) -> dict[str, Any]:
    """A PostgreSQL address as Django's settings; `?host=/directory` names a unix socket."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} has to be postgresql://user:password@host:port/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def redis(name: str) -> str:
    """A Redis address as redis-py reads it: redis://, rediss:// or unix:///path."""
    value = text(name)
    if urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(f"{name} has to start with redis://, rediss:// or unix://.")
    return value


def mail(name: str) -> dict[str, Any]:
    """A mail server as Django's settings: smtp://, smtp+tls:// (STARTTLS) or smtps://."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme not in _MAIL_SCHEMES or not parts.hostname:
        schemes = ", ".join(f"{scheme}://" for scheme in _MAIL_SCHEMES)
        raise ImproperlyConfigured(f"{name} has to start with one of {schemes} and name a host.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **_MAIL_SCHEMES[parts.scheme],
    }
