"""What beat rings for people and their sign-ins."""

from celery import shared_task

from accounts.services import sign_in


@shared_task(name="accounts.forget_sessions", ignore_result=True)
def forget_sessions(**_future):
    """Delete the rows of sessions that have ended."""
    sign_in.forget_ended()
