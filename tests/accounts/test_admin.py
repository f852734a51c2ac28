import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Company, Customer, Membership, PrivateLink, User
from accounts.sections import Section
from tests.builders.accounts import (
    PASSWORD,
    a_customer,
    a_link,
    a_member,
    a_superuser,
    a_user,
    an_admin,
)
from tests.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(a_superuser())
    return client


def test_a_person_made_in_the_admin_can_sign_in(admin, client):
    response = admin.post(
        "/admin/accounts/user/add/",
        {
            "email": "Maria@Customer.Example",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    client.post("/accounts/logout/")
    signed_in = client.post(
        "/accounts/login/", {"login": "maria@customer.example", "password": PASSWORD}
    )

    assert response.status_code == 302
    assert signed_in["Location"] == "/"


def test_rights_are_given_and_taken_in_the_admin(admin):
    user = a_user()
    customer = a_customer()
    fields = {
        "email": user.email,
        "language": "en",
        "theme": "system",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(user.pk),
        "memberships-0-customer": str(customer.pk),
        "memberships-0-sections": ["orders", "invoices"],
    }
    address = f"/admin/accounts/user/{user.pk}/change/"

    admin.post(address, fields)
    [membership] = Membership.objects.all()
    held = [section for section in Section if membership.grants(section)]
    admin.post(
        address,
        fields
        | {
            "memberships-INITIAL_FORMS": "1",
            "memberships-0-id": str(membership.pk),
            "memberships-0-DELETE": "on",
        },
    )

    assert held == [Section.ORDERS, Section.INVOICES]
    assert not Membership.objects.exists()


@pytest.fixture
def last_admin():
    """The one account admin of a customer, and what the admin's page posts for it unchanged."""
    user = an_admin(a_customer("10001", name="Alfreds"))
    held = user.memberships.get()
    fields = {
        "email": user.email,
        "language": "en",
        "theme": "system",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(held.pk),
        "memberships-0-user": str(user.pk),
        "memberships-0-customer": str(held.customer_id),
        "memberships-0-is_admin": "on",
    }
    return user, fields


@pytest.mark.parametrize(
    "change", [{"is_active": ""}, {"memberships-0-is_admin": ""}, {"memberships-0-DELETE": "on"}]
)
def test_the_last_account_admin_stays_whatever_a_superuser_does(admin, last_admin, change):
    user, fields = last_admin
    address = f"/admin/accounts/user/{user.pk}/change/"

    response = admin.post(address, fields | change)

    user.refresh_from_db()
    [refusal] = get_messages(response.wsgi_request)
    assert "10001 Alfreds would be left without an account admin." in str(refusal)
    assert (user.is_active, user.memberships.get().is_admin) == (True, True)


def test_access_is_closed_and_opened_in_the_admin(admin, last_admin):
    user, fields = last_admin
    an_admin(user.memberships.get().customer)
    address = f"/admin/accounts/user/{user.pk}/change/"

    admin.post(address, fields | {"is_active": ""})
    user.refresh_from_db()
    closed = user.is_active
    admin.post(address, fields)
    user.refresh_from_db()

    assert (closed, user.is_active) == (False, True)


def test_rights_move_to_another_customer_in_the_admin(admin, last_admin):
    user, fields = last_admin
    an_admin(user.memberships.get().customer)
    other = a_customer("10002")

    admin.post(
        f"/admin/accounts/user/{user.pk}/change/",
        fields | {"memberships-0-customer": str(other.pk)},
    )

    assert [held.customer for held in user.memberships.all()] == [other]


def test_nobody_is_deleted_in_the_admin(admin):
    assert (
        admin.post(f"/admin/accounts/user/{a_user().pk}/delete/", {"post": "yes"}).status_code
        == 403
    )


def test_mirrored_customers_are_looked_at_only(admin):
    customer = a_customer()
    address = f"/admin/accounts/customer/{customer.pk}"

    assert admin.get(f"{address}/change/").status_code == 200
    assert admin.post(f"{address}/change/", {"name": "Other"}).status_code == 403
    assert admin.post(f"{address}/delete/").status_code == 403
    assert admin.get("/admin/accounts/customer/add/").status_code == 403


def test_the_company_is_kept_by_its_service_and_once(admin):
    fields = {
        "name": "Northwind Freight",
        "country": "FI",
        "currency": "EUR",
        "time_zone": "Europe/Helsinki",
        "language": "fi",
        "invoice_view": "customer",
        "website": "northwind.example",
    }

    admin.post("/admin/accounts/company/add/", fields)
    again = admin.get("/admin/accounts/company/add/")
    admin.post("/admin/accounts/company/1/change/", fields | {"name": "Northwind"})

    [company] = Company.objects.all()
    assert (company.pk, company.name, company.website) == (
        1,
        "Northwind",
        "https://northwind.example",
    )
    assert again.status_code == 403


@pytest.mark.parametrize(("field", "value"), [("time_zone", "Mars/Base"), ("currency", "XXY")])
def test_a_time_zone_or_currency_that_does_not_exist_is_refused(admin, field, value):
    fields = {
        "name": "Northwind",
        "country": "FI",
        "currency": "EUR",
        "time_zone": "Europe/Helsinki",
        "language": "fi",
        "invoice_view": "customer",
    }

    response = admin.post("/admin/accounts/company/add/", fields | {field: value})

    assert list(response.context["adminform"].form.errors) == [field]
    assert not Company.objects.exists()


def test_members_do_not_find_the_admin(client):
    client.force_login(an_admin(a_customer()))

    assert client.get("/admin/login/").status_code == 404
    assert client.get("/admin/accounts/user/")["Location"].startswith("/admin/login/")
    assert not User.objects.filter(is_superuser=True).exists()


def entries():
    return [
        (entry.kind, entry.subject, entry.before, entry.after)
        for entry in AuditEntry.objects.order_by("pk")
    ]


def test_a_person_made_and_changed_in_the_admin_is_noted(admin):
    admin.post(
        "/admin/accounts/user/add/",
        {
            "email": "laura@seller.example",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    laura = User.objects.get(email="laura@seller.example")
    readers = Group.objects.create(name="Readers")
    admin.post(
        f"/admin/accounts/user/{laura.pk}/change/",
        {
            "email": laura.email,
            "first_name": "Laura",
            "language": "en",
            "theme": "system",
            "is_active": "on",
            "is_staff": "on",
            "groups": [readers.pk],
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )

    created, changed = entries()
    assert created[:3] == ("user_created", "laura@seller.example", None)
    assert changed == (
        "user_changed",
        "laura@seller.example",
        {"first_name": "", "is_staff": False, "groups": []},
        {"first_name": "Laura", "is_staff": True, "groups": ["Readers"]},
    )


def test_a_password_set_in_the_admin_is_noted_without_it(admin):
    laura = a_user("laura@seller.example")
    address = f"/admin/accounts/user/{laura.pk}/password/"

    admin.post(address, {"password1": "short", "password2": "other"})
    assert entries() == []
    admin.post(
        address,
        {
            "password1": "A wholly new 1 password",
            "password2": "A wholly new 1 password",
            "set-password": "",
        },
    )

    assert entries() == [("password_set", "laura@seller.example", None, None)]


def test_what_changes_the_permissions_of_a_group_is_noted(admin):
    view = Permission.objects.get(codename="view_order")

    admin.post("/admin/auth/group/add/", {"name": "Readers", "permissions": [view.pk]})
    readers = Group.objects.get()
    admin.post(f"/admin/auth/group/{readers.pk}/change/", {"name": "Readers"})
    admin.post(f"/admin/auth/group/{readers.pk}/delete/", {"post": "yes"})
    other = Group.objects.create(name="Others")
    admin.post(
        "/admin/auth/group/",
        {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"},
    )

    assert entries() == [
        ("group_changed", "Readers", {}, {"name": "Readers", "permissions": ["view_order"]}),
        ("group_changed", "Readers", {"permissions": ["view_order"]}, {"permissions": []}),
        ("group_changed", "Readers", {"name": "Readers", "permissions": []}, {}),
        ("group_changed", "Others", {"name": "Others", "permissions": []}, {}),
    ]
    assert not Group.objects.exists()


def test_another_address_set_in_the_admin_ends_links_and_sessions(admin):
    user = a_user("maria@old.example", email_verified_at=timezone.now())
    a_link(user)
    theirs = Client()
    theirs.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    before = theirs.get("/profile/").status_code

    admin.post(
        f"/admin/accounts/user/{user.pk}/change/",
        {
            "email": "maria@new.example",
            "language": "en",
            "theme": "system",
            "is_active": "on",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )

    user.refresh_from_db()
    assert (user.email, user.email_verified_at) == ("maria@new.example", None)
    assert PrivateLink.objects.get().withdrawn_at is not None
    assert (before, theirs.get("/profile/").status_code) == (200, 302)


def test_a_password_set_in_the_admin_ends_the_links_of_the_person(admin):
    user = a_user()
    a_link(user, "new_email", email="thief@new.example")

    admin.post(
        f"/admin/accounts/user/{user.pk}/password/",
        {"usable_password": "true", "password1": "Green bottles 7", "password2": "Green bottles 7"},
    )

    user.refresh_from_db()
    assert user.check_password("Green bottles 7")
    assert PrivateLink.objects.get().withdrawn_at is not None


def test_a_person_that_cannot_be_is_not_found_in_the_admin(admin):
    assert admin.post("/admin/accounts/user/nobody/change/").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["held", "given"])
def test_customers_are_locked_before_the_person_in_the_admin(which):
    held, given = a_customer(), a_customer()
    user = a_member(held, Section.ORDERS)
    client = Client()
    client.force_login(a_superuser())
    fields = {
        "email": user.email,
        "language": "en",
        "theme": "system",
        "is_active": "on",
        "first_name": "Somebody",
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(user.memberships.get().pk),
        "memberships-0-user": str(user.pk),
        "memberships-0-customer": str(held.pk),
        "memberships-0-sections": ["orders"],
        "memberships-1-user": str(user.pk),
        "memberships-1-customer": str(given.pk),
        "memberships-1-sections": ["invoices"],
    }
    path = f"/admin/accounts/user/{user.pk}/change/"
    customer = held if which == "held" else given

    def claim():
        """Whoever claims a guest's orders locks the customer, then the person."""
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            until_somebody_waits()
            locking = Customer.objects.select_for_update(skip_locked=True, no_key=True)
            return locking.filter(pk=customer.pk).exists()

    is_free, response = at_once(claim, lambda: client.post(path, fields))

    assert not is_free, "the person was locked first"
    assert response.status_code == 302
    assert set(user.customers()) == {held, given}
