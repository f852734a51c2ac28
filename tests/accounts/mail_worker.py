"""`python -m tests.accounts.mail_worker PORT LEASE`: sends what is due to that port, for ever.

A process of its own, so that tests can kill it; DATABASE_URL names the database.
"""

import os
import sys
import threading
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.services import delivery  # noqa: E402


def main(port: int, lease: timedelta) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    while True:
        delivery.send_due(clock=timezone.now, lease=lease)
        threading.Event().wait(0.05)


if __name__ == "__main__":
    main(int(sys.argv[1]), timedelta(seconds=float(sys.argv[2])))
