from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import OutgoingMessage
from accounts.services import second_steps, secure_mail
from erp_bridge.models import Connection
from portal.lib import secrets


class Command(BaseCommand):
    help = "Seals every password and secret in the database with the first PORTICO_SECRETS_KEY."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        sealed = Connection.objects.select_for_update(no_key=True).exclude(sealed_secret="")
        for connection in sealed.order_by("pk"):
            try:
                connection.sealed_secret = secrets.reseal(connection.sealed_secret)
            except secrets.CannotOpen as error:
                raise CommandError(
                    f"{connection.code}: no key opens this password. Nothing was changed."
                ) from error
            connection.save(update_fields=["sealed_secret"])
        try:
            steps = second_steps.reseal()
        except secrets.CannotOpen as error:
            raise CommandError(
                "No key opens the second step of a person. Nothing was changed."
            ) from error
        others = steps + _reseal_links() + secure_mail.reseal_words()
        self.stdout.write(f"{sealed.count() + others} sealed.")


def _reseal_links() -> int:
    """Those that no key opens stay as they are; their messages are parked when they are due."""
    waiting = OutgoingMessage.objects.locked().exclude(sealed_links="")
    resealed = 0
    for message in waiting.only("sealed_links"):
        with suppress(secrets.CannotOpen):
            message.sealed_links = secrets.reseal(message.sealed_links)
            message.save(update_fields=["sealed_links"])
            resealed += 1
    return resealed
