from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from erp_bridge.models import Connection
from portal.lib import secrets


class Command(BaseCommand):
    help = "Seals every connection's password with the first key of PORTICO_SECRETS_KEY."

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
        self.stdout.write(f"{sealed.count()} sealed.")
