import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError

from accounts.models import Company
from accounts.services import company

pytestmark = pytest.mark.django_db


def test_before_anybody_filled_it_in_the_company_has_defaults_that_work():
    seller = company.current()

    assert (seller.name, seller.currency, seller.time_zone, seller.language) == (
        "Portico",
        "EUR",
        "Europe/Helsinki",
        "en",
    )
    assert not Company.objects.exists()


def test_a_change_shows_at_once(client, django_capture_on_commit_callbacks):
    company.current()

    with django_capture_on_commit_callbacks(execute=True):
        company.keep(company=Company(name="Northwind Freight"))

    assert company.current().name == "Northwind Freight"
    assert "Northwind Freight" in client.get("/accounts/login/").content.decode()


def test_there_is_one_row_however_often_it_is_kept():
    company.keep(company=Company(name="First"))
    kept = company.current()
    kept.name = "Second"

    company.keep(company=kept)

    assert list(Company.objects.values_list("pk", "name")) == [(1, "Second")]


def test_pages_do_not_ask_the_database_for_the_company_again(django_assert_num_queries):
    company.keep(company=Company(name="Northwind Freight"))
    company.current()

    with django_assert_num_queries(0):
        company.current()


def test_another_process_sees_a_change_after_seconds():
    company.current()
    Company.objects.create(pk=1, name="Changed elsewhere")
    assert company.current().name == "Portico"

    caches["process"].delete(company.CACHE_KEY)

    assert company.current().name == "Changed elsewhere"


def test_nonsense_is_refused_before_it_is_written():
    with pytest.raises(ValidationError):
        company.keep(company=Company(name="Northwind", language="xx"))

    assert not Company.objects.exists()
