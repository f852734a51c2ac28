"""The company as the office keeps it at /office/settings/company/."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import AuditEntry, Company
from accounts.services import company
from tests.builders.accounts import a_clerk, a_superuser

COMPANY = "/office/settings/company/"
LOGO = "/office/settings/company/logo/"
FILLED_IN = {
    "name": "Northwind Freight",
    "country": "FI",
    "currency": "EUR",
    "time_zone": "Europe/Helsinki",
    "language": "fi",
    "invoice_view": "customer",
    "printed_papers": ["invoice"],
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(a_superuser(email="laura@seller.example"))
    return client


def a_picture(kind="PNG", mode="RGB", name="logo.png"):
    content = io.BytesIO()
    Image.new(mode, (20, 10)).save(content, kind)
    return SimpleUploadedFile(name, content.getvalue(), content_type=f"image/{kind.lower()}")


def save(office, **fields):
    """Open the page, fill it in and save it."""
    opened = {"based_on": office.get(COMPANY).context["based_on"]}
    return office.post(COMPANY, FILLED_IN | opened | fields, follow=True)


def test_the_office_keeps_the_company_and_it_is_noted(office):
    company.keep(company=Company(name="Northwind", city="Espoo", language="fi"))

    response = save(office, iban="FI21 1234 5600 0007 85", bic="ndeafi hh")

    kept = Company.objects.get()
    assert response.redirect_chain == [(COMPANY, 302)]
    assert "The company is saved." in response.content.decode()
    assert (kept.name, kept.city, kept.bic) == ("Northwind Freight", "", "NDEAFIHH")
    [entry] = AuditEntry.objects.all()
    assert (entry.kind, entry.subject, entry.actor.email) == (
        "company_changed",
        "Northwind Freight",
        "laura@seller.example",
    )
    assert entry.before == {
        "name": "Northwind",
        "city": "Espoo",
        "printed_papers": [
            "confirmation",
            "delivery_note",
            "invoice",
            "credit_memo",
            "statement",
        ],
    }
    assert entry.after == {
        "name": "Northwind Freight",
        "iban": "FI21 1234 5600 0007 85",
        "bic": "NDEAFIHH",
        "printed_papers": ["invoice"],
    }


def test_saving_without_a_change_leaves_no_entry(office):
    save(office)

    save(office)

    assert AuditEntry.objects.count() == 1


def test_what_a_colleague_has_saved_meanwhile_is_overwritten_knowingly_alone(office):
    company.keep(company=Company(name="Northwind", language="fi"))
    opened = office.get(COMPANY)
    save(office, phone="+358 9 1234")

    late = {"based_on": opened.context["based_on"], "city": "Turku"}
    refused = office.post(COMPANY, FILLED_IN | late)
    seller = Company.objects.get()
    again = {"based_on": refused.context["based_on"], "city": "Turku"}
    office.post(COMPANY, FILLED_IN | again)

    [error] = refused.context["form"].non_field_errors()
    assert error.startswith("Somebody else has saved the company since you opened it.")
    assert 'value="Turku"' in refused.content.decode()
    assert (seller.phone, seller.city) == ("+358 9 1234", "")
    assert (Company.objects.get().phone, Company.objects.get().city) == ("", "Turku")


def test_a_wrong_form_stays_based_on_what_was_opened(office):
    opened = office.get(COMPANY)
    save(office)

    wrong = {"based_on": opened.context["based_on"], "country": "ZX"}
    answer = office.post(COMPANY, FILLED_IN | wrong)

    assert answer.context["based_on"] == opened.context["based_on"]


def test_a_logo_is_shown_replaced_and_dropped(office):
    save(office, new_logo=a_picture())
    shown = office.get(LOGO)
    save(office, new_logo=a_picture("JPEG"))
    first, second = AuditEntry.objects.order_by("pk")
    save(office, drop_logo="on")

    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert second.before == {"logo": first.after["logo"]}
    assert Company.objects.get().logo is None
    assert office.get(LOGO).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("name", "", "This field is required."),
        ("name", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("name", "North\x00wind", "Null characters are not allowed."),
        ("country", "ZX", "That is not the code of a country, such as FI."),
        ("country", "1", "That is not the code of a country, such as FI."),
        ("email", "office@", "Enter a valid email address."),
        ("iban", "FI21 1234", "This is not an IBAN; check each character."),
        ("bic", "NORDEA", "That is not a BIC, such as NDEAFIHH."),
        ("currency", "XXY", "That is not a currency, such as EUR."),
        (
            "printed_papers",
            ["napkin"],
            "Select a valid choice. napkin is not one of the available choices.",
        ),
        (
            "new_logo",
            a_picture("JPEG", "CMYK"),
            "Please give a PNG or JPEG picture in screen colours (RGB).",
        ),
        (
            "new_logo",
            a_picture("GIF", "P"),
            "Please give a PNG or JPEG picture in screen colours (RGB).",
        ),
        (
            "new_logo",
            SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png"),
            "Upload a valid image. The file you uploaded was either not an image or a corrupted"
            " image.",
        ),
    ],
)
def test_what_does_not_fit_is_told_at_its_place_and_nothing_is_saved(office, field, value, error):
    response = office.post(COMPANY, FILLED_IN | {"city": "Turku", field: value})

    assert response.context["form"].errors == {field: [error]}
    assert 'value="Turku"' in response.content.decode()
    assert not Company.objects.exists()


def test_whoever_may_only_look_reads_the_company_and_changes_nothing(client):
    company.keep(company=Company(name="Northwind", bic="NDEAFIHH", language="fi"))
    laura = a_clerk()
    laura.user_permissions.add(Permission.objects.get(codename="view_company"))
    client.force_login(laura)

    page = client.get(COMPANY).content.decode()

    assert "NDEAFIHH" in page
    assert "Finnish" in page
    assert "<input" not in page.split("<main")[1]
    assert client.post(COMPANY, FILLED_IN).status_code == 403
    assert Company.objects.get().name == "Northwind"


def test_before_anybody_filled_it_in_the_page_has_the_defaults(office):
    page = office.get(COMPANY).content.decode()

    assert '<option value="Europe/Helsinki" selected>' in page
