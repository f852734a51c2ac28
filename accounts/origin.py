"""Who acts and from where, for the audit: known to the context, not handed through every call.

The middleware tells it of each request and the worker of each task; what neither tells of is a
command. Services ask nothing of this: what a person may do is the views' question.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

__all__ = ["Channel", "Origin", "act_as", "address_of", "begin", "coming_from", "current"]


class Channel(models.TextChoices):
    WEB = "web", _("Web")
    WORKER = "worker", _("Worker")
    COMMAND = "command", _("Command")


@dataclass(frozen=True)
class Origin:
    """Where something comes from. The person is asked of the request, so signing in shows; what
    the worker does in somebody's name has a `person` of its own."""

    channel: Channel
    request: HttpRequest | None = None
    as_customer_id: int | None = None
    person: Any = None

    @property
    def user(self) -> Any:
        """The person who has signed in; None for strangers and for machines."""
        user = getattr(self.request, "user", self.person)
        return user if user is not None and user.is_authenticated else None

    @property
    def address(self) -> str | None:
        return address_of(self.request) if self.request is not None else None


_UNTOLD = Origin(Channel.COMMAND)
_current: ContextVar[Origin] = ContextVar("origin")


def current() -> Origin:
    return _current.get(_UNTOLD)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything inside comes from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def begin(channel: Channel) -> None:
    """From now on everything in this context comes from there: a worker's tasks."""
    _current.set(Origin(channel))


def act_as(customer_id: int | None) -> None:
    """For the rest of the request a staff member acts in the name of the customer, or of none."""
    _current.set(replace(current(), as_customer_id=customer_id))


def address_of(request: HttpRequest) -> str | None:
    """The network address of whoever asks, by the rule that throttles sign-ins: proxies that the
    operator trusts are believed, and nobody else. None for what is no address."""
    try:
        return str(ip_address(get_client_ip(request) or ""))
    except ValueError:
        return None
