"""The ways a message reaches a person. `registered` lists them; a kind names those it may go by."""

from accounts.channels.email import EmailChannel
from accounts.channels.port import (
    Channel,
    Line,
    NoAnswer,
    Parcel,
    RefusedForGood,
    RefusedForNow,
    Unreachable,
    Written,
)
from accounts.channels.sms import SmsChannel

__all__ = [
    "Channel",
    "Line",
    "NoAnswer",
    "Parcel",
    "RefusedForGood",
    "RefusedForNow",
    "Unreachable",
    "Written",
    "channel_of",
    "registered",
]

_CHANNELS: tuple[Channel, ...] = (EmailChannel(), SmsChannel())


def registered() -> tuple[Channel, ...]:
    """Every channel there is, in the order people are asked about them."""
    return _CHANNELS


def channel_of(code: str) -> Channel | None:
    """The channel, or None for one that the portal had once."""
    return next((channel for channel in _CHANNELS if channel.code == code), None)
