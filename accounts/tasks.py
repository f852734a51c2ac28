"""What beat rings for people and their sign-ins."""

from celery import shared_task
from django.utils import timezone

from accounts.services import sign_in, throttling


@shared_task(name="accounts.forget_sessions", ignore_result=True)
def forget_sessions(**_future):
    """Delete the rows of sessions that have ended."""
    sign_in.forget_ended()


@shared_task(name="accounts.forget_tries", ignore_result=True)
def forget_tries(**_future):
    """Delete the counts of tries that are long ago."""
    throttling.forget_old(now=timezone.now())
