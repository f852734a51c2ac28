"""Makes a demo's database ready: schema, static files, the company, its people and its ERP.

`python -m portal.demo.prepare PEOPLE` with the demo's environment; writes who may sign in to the
file. What is there already stays as it is, so it may run at every start.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from portal.demo.place import write_json


def main(people: Path) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)

    from portal.demo import seed  # noqa: PLC0415 - app ready

    seed.plant_connection(
        url=os.environ["DEMO_ERP_URL"],
        username=os.environ["DEMO_ERP_USERNAME"],
        password=os.environ["DEMO_ERP_PASSWORD"],
    )
    seed.plant_identity(issuer=settings.OIDC_ISSUER, now=timezone.now())
    if seed.is_filled() and people.exists():
        return
    seed.plant_company()
    seed.plant_order_link(now=timezone.now())
    office = seed.plant_office(password=os.environ["DEMO_OFFICE_PASSWORD"])
    call_command("sync", full=True)
    members = seed.plant_members(password=os.environ["DEMO_CUSTOMERS_PASSWORD"], now=timezone.now())
    registration = seed.find_registration(now=timezone.now())
    write_json(people, {"office": office, "customers": members, "registration": registration})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
