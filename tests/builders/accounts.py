"""People, customers and what they may do there."""

import json
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from accounts.models import (
    Address,
    Customer,
    Family,
    OutgoingMessage,
    PeopleImport,
    Role,
    User,
)
from accounts.purposes import SET_PASSWORD
from accounts.services import inviting, membership, private_links, second_steps, stored_files
from portal.lib.secrets import open_sealed

_numbers = count(1)

PASSWORD = "correct horse 1"


def a_family(statistics_id=None, source="erp"):
    return Family.objects.create(source=source, statistics_id=statistics_id or f"S{next(_numbers)}")


def a_customer(number=None, **fields):
    number = number or f"{10000 + next(_numbers)}"
    fields = {"source": "erp", "name": f"Customer {number}", "currency": "EUR"} | fields
    return Customer.objects.create(number=number, **fields)


def an_address(customer, kind="delivery", **fields):
    fields = {"name": customer.name, "city": "Berlin", "country": "DE"} | fields
    return Address.objects.create(customer=customer, source=customer.source, kind=kind, **fields)


def a_user(email=None, **fields):
    fields = {"first_name": "Maria", "last_name": "Anders"} | fields
    return User.objects.create_user(
        email or f"person-{next(_numbers)}@customer.example", PASSWORD, **fields
    )


def a_member(customer, *sections, user=None, is_admin=False, covers_family=False, **fields):
    """A person with these sections at the customer."""
    user = user or a_user(**fields)
    membership.grant(
        user_id=user.pk,
        customer_id=customer.pk,
        sections=sections,
        is_admin=is_admin,
        covers_family=covers_family,
        now=timezone.now(),
    )
    return user


def an_admin(customer, **fields):
    """An account admin of the customer, who holds every section."""
    return a_member(customer, is_admin=True, **fields)


def a_clerk(**fields):
    """Office staff without any permission of its own."""
    return a_user(is_staff=True, **fields)


def a_superuser(**fields):
    return a_user(is_staff=True, is_superuser=True, **fields)


def a_role(name=None, *people, claims=(), pk=None, **rights):
    """A role that reaches into these sections (orders="display"), given by hand to these people."""
    role = Role.objects.create(
        pk=pk, name=name or f"Role {next(_numbers)}", claim_values=list(claims)
    )
    for section, level in rights.items():
        role.rights.create(section=section, level=level)
    for user in people:
        role.grants.create(user=user, origin="office", created_at=timezone.now())
    return role


def a_link(user, purpose=SET_PASSWORD, *, lifetime=timedelta(days=7), now=None, **fields):
    """The token of a private link that was sent to the person."""
    return private_links.issue(
        purpose=purpose,
        lifetime=lifetime,
        now=now or timezone.now(),
        user_id=user.pk,
        **({"email": user.email} | fields),
    )


def an_invitation(customer, email=None, *, by=None, now=None, **fields):
    """An invitation that waits for an answer; by an account admin of the customer."""
    fields = {"first_name": "Jo", "last_name": "Park", "sections": ["orders"]} | fields
    return inviting.invite(
        customer=customer,
        by=by or an_admin(customer),
        email=email or f"invited-{next(_numbers)}@customer.example",
        now=now or timezone.now(),
        **fields,
    )


def link_sent_to(email):
    """The path of the private link in the newest message to this address."""
    message = OutgoingMessage.objects.filter(recipient_address=email).latest("pk")
    [link] = json.loads(open_sealed(message.sealed_links)).values()
    return urlsplit(link).path


def an_app(user, *, now=None):
    """An authenticator app of the person: its secret, and its recovery codes."""
    now = now or timezone.now()
    secret = second_steps.new_secret()
    codes = second_steps.add_app(
        user_id=user.pk,
        secret=secret,
        code=app_code(secret, now - timedelta(seconds=30)),
        session_key=None,
        now=now,
    )
    return secret, codes


def app_code(secret, now):
    """What the app with this secret shows at that moment."""
    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // 30))


def a_people_import(*, by, pk=None):
    """A file with the rights of one person, checked and waiting to be confirmed."""
    now = timezone.now()
    customer = a_customer("20022")
    run = PeopleImport.objects.create(
        pk=pk,
        kind="members",
        state="checked",
        file=stored_files.keep(content=b"Customer Number,Email", media_type="text/csv", now=now),
        file_name="rights.csv",
        uploaded_by=by,
        created_at=now,
        total=1,
    )
    run.rows.create(
        number=2,
        cells={"Customer Number": customer.number, "Email": "import@customer.example"},
        subject="import@customer.example",
        customer=customer,
        plan="unchanged",
    )
    return run
