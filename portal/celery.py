"""The Celery app: which task goes to which queue, and the ticks that beat rings.

Rows are the queue; a task only says "look". Schedules are rows too, so beat has nothing to
remember and rings each app's sweep every few seconds.
"""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.task_prerun.connect(dispatch_uid="portal.origin")
def come_from_the_worker(**_kwargs):
    """What a task changes is the worker's doing, and nobody's in person."""
    from accounts import origin  # noqa: PLC0415 -- app ready

    origin.begin(origin.Channel.WORKER)
