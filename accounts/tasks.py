"""What the worker does for people and their sign-ins. Rows say what is due; a task only looks."""

from celery import shared_task
from django.utils import timezone

from accounts.services import (
    delivery,
    duplicates,
    people_import,
    private_links,
    registration,
    secure_mail,
    sending,
    sign_in,
    sign_in_help,
    stored_files,
    throttling,
)


@shared_task(name="accounts.forget_sessions", ignore_result=True)
def forget_sessions(**_future):
    """Delete the rows of sessions that have ended."""
    sign_in.forget_ended()


@shared_task(name="accounts.forget_tries", ignore_result=True)
def forget_tries(**_future):
    """Delete the counts of tries that are long ago."""
    throttling.forget_old(now=timezone.now())


@shared_task(name="accounts.send_messages", ignore_result=True)
def send_messages(**_future):
    """Send what is due; rung with each new message, and by beat for what waits."""
    delivery.send_due(clock=timezone.now)


@shared_task(name="accounts.forget_links", ignore_result=True)
def forget_links(**_future):
    """Delete the rows of private links that ended long ago."""
    private_links.forget_ended(now=timezone.now())


@shared_task(name="accounts.help_sign_in", ignore_result=True)
def help_sign_in(**_future):
    """Send links to those who mistyped or forgot their password."""
    sign_in_help.answer_waiting(clock=timezone.now)


@shared_task(name="accounts.forget_registrations", ignore_result=True)
def forget_registrations(**_future):
    """Delete what people typed long ago to register."""
    registration.forget_old(now=timezone.now())


@shared_task(name="accounts.drop_secure_mails", ignore_result=True)
def drop_secure_mails(**_future):
    """Drop the words and files of secure mails whose time is over."""
    secure_mail.drop_ended(now=timezone.now())


@shared_task(name="accounts.import_people", ignore_result=True)
def import_people(**_future):
    """Check and apply files of people; rung with each, and by beat for what a worker left."""
    people_import.work(clock=timezone.now)


@shared_task(name="accounts.forget_files", ignore_result=True)
def forget_files(**_future):
    """Delete stored files that nothing points at."""
    stored_files.forget_unused(now=timezone.now())


@shared_task(name="accounts.forget_imports", ignore_result=True)
def forget_imports(**_future):
    """Delete files of people and their rows long after the import."""
    people_import.forget_old(now=timezone.now())


@shared_task(name="accounts.send_documents", ignore_result=True)
def send_documents(**_future):
    """Send the documents that are there; rung when somebody asks, and by beat for what waits."""
    sending.send_due(clock=timezone.now)


@shared_task(name="accounts.search_duplicates", ignore_result=True)
def search_duplicates(**_future):
    """Compare customers born here with the others; rung with each, and by beat for what waits."""
    duplicates.search_waiting(clock=timezone.now)


@shared_task(name="accounts.search_all_duplicates", ignore_result=True)
def search_all_duplicates(**_future):
    """Have all customers born here compared anew: the ERP may have got to know some."""
    duplicates.ask_again(now=timezone.now())
