import pytest

from accounts.models import Company, Membership, User
from accounts.sections import Section
from tests.builders.accounts import PASSWORD, a_customer, a_superuser, a_user, an_admin

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
