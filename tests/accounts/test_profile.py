import pytest
from django.conf import settings

from tests.builders.accounts import a_clerk, a_customer, a_user, an_admin

pytestmark = pytest.mark.django_db

VALUES = {
    "first_name": "Maria",
    "last_name": "Anders",
    "phone": "+358 40 123 4567",
    "language": "fi",
    "theme": "dark",
    "shortcuts": "",
}


def test_a_person_changes_names_phone_language_appearance_and_keys(client):
    user = a_user()
    client.force_login(user)

    response = client.post("/profile/", VALUES)

    user.refresh_from_db()
    assert response["Location"] == "/profile/"
    assert (user.first_name, user.last_name, user.phone) == ("Maria", "Anders", "+358 40 123 4567")
    assert (user.language, user.theme, user.shortcuts) == ("fi", "dark", False)


def test_a_new_language_speaks_at_once_and_stays_after_signing_out(client):
    client.force_login(an_admin(a_customer()))
    assert '<html lang="en"' in client.get("/profile/").content.decode()

    client.post("/profile/", VALUES)
    assert '<html lang="fi"' in client.get("/profile/").content.decode()
    client.post("/accounts/logout/")

    assert '<html lang="fi"' in client.get("/accounts/login/").content.decode()


def test_the_appearance_and_the_keys_reach_every_page(client):
    client.force_login(an_admin(a_customer(), theme="dark", shortcuts=False))

    assert 'data-theme="dark" data-shortcuts="off"' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "a" * 5000),
        ("phone", "1" * 41),
        ("language", "xx"),
        ("theme", "pink"),
        ("last_name", "\x00"),
    ],
)
def test_what_cannot_be_saved_is_said_at_the_field_and_the_rest_is_kept(client, field, value):
    user = a_user(first_name="Before")
    client.force_login(user)

    response = client.post("/profile/", VALUES | {field: value})

    text = response.content.decode()
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "+358 40 123 4567" in text or field == "phone"
    assert "<title>Error:" in text
    user.refresh_from_db()
    assert (user.first_name, user.language) == ("Before", "en")


def test_the_bars_keep_showing_what_is_saved_while_a_form_is_wrong(client):
    user = an_admin(a_customer(), first_name="Before")
    client.force_login(user)

    response = client.post("/profile/", VALUES | {"first_name": "After", "theme": "pink"})

    assert response.context["user"].first_name == "Before"
    assert 'value="After"' in response.content.decode()


def test_nobody_changes_rights_or_the_address_by_the_profile(client):
    user = a_user("maria@customer.example")
    client.force_login(user)

    client.post("/profile/", VALUES | {"is_staff": "on", "email": "other@customer.example"})

    user.refresh_from_db()
    assert (user.is_staff, user.email) == (False, "maria@customer.example")


def test_the_profile_of_staff_stands_in_the_office(client):
    client.force_login(a_clerk())

    assert 'class="office"' in client.get("/profile/").content.decode()


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES])
def test_a_stranger_gets_the_language_of_the_browser_or_the_one_chosen(client, code):
    asked = client.get("/accounts/login/", headers={"Accept-Language": f"{code},en;q=0.5"})
    client.post("/language/", {"language": code, "next": "/accounts/login/"})
    chosen = client.get("/accounts/login/", headers={"Accept-Language": "en"})

    assert f'<html lang="{code}"' in asked.content.decode()
    assert f'<html lang="{code}"' in chosen.content.decode()


def test_choosing_a_language_leads_back_and_nowhere_else(client):
    assert (
        client.post("/language/", {"language": "fi", "next": "https://evil.example/"})["Location"]
        == "/"
    )
    assert (
        client.post("/language/", {"language": "xx", "next": "/accounts/login/"})["Location"]
        == "/accounts/login/"
    )


def test_times_are_the_companys_for_everybody(client):
    client.force_login(an_admin(a_customer()))

    assert "Europe/Helsinki" in client.get("/profile/").content.decode()


def test_only_what_the_page_asks_is_written(client, django_assert_max_num_queries):
    client.force_login(a_user())

    with django_assert_max_num_queries(20) as asked:
        client.post("/profile/", VALUES)

    [written] = [each["sql"] for each in asked if each["sql"].startswith('UPDATE "accounts_user"')]
    assert '"language" =' in written
    assert '"password" =' not in written
    assert '"is_active" =' not in written
