"""How often anybody may do what needs no sign-in."""

from datetime import timedelta

from accounts.services.throttling import Limit

__all__ = ["SENDS"]

# A company behind one address may send many; a program that floods the office may not.
SENDS = Limit(
    name="order_sends",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)
