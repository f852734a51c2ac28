"""How often anybody may do what needs no sign-in."""

from datetime import timedelta

from accounts.services.throttling import Limit

__all__ = ["BEGINS", "LOOKS", "SENDS", "UPLOADS"]

# A company behind one address may send many; a program that floods the office may not.
SENDS = Limit(
    name="order_sends",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)
BEGINS = Limit(
    name="order_begins",
    free=100,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)
# Of drafts with many rows, whose page takes a good part of a second to draw.
LOOKS = Limit(
    name="order_looks",
    free=600,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)
UPLOADS = Limit(
    name="order_uploads",
    free=100,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)
