"""What the worker does when its bells have rung: has papers brought, prints, writes and sends."""

from django.utils import timezone

from accounts.services import delivery, sending
from orders.services import papers


def work(now=None):
    clock = timezone.now if now is None else lambda: now
    sending.send_due(clock=clock)
    papers.print_wanted(clock=clock)
    sending.send_due(clock=clock)
    delivery.send_due(clock=clock)
