import pytest
from babel.messages.catalog import Catalog

from portal.lib import catalogues


@pytest.fixture
def project(tmp_path):
    """A project with one module and one template, as the extraction walks it."""
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "views.py").write_text(
        "from django.utils.translation import ngettext\n"
        "# Translators: the count above a list\n"
        'TEXT = ngettext("%(count)s order", "%(count)s orders", 2)\n'
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}\n"
        '    <h1>"Odd" text\'s {</h1>\n'
        '  {% translate "My orders" context "menu" %}\n'
        "{% blocktranslate count n=n trimmed %}\n"
        "  One row\n"
        "{% plural %}\n"
        "  {{ n }} rows\n"
        "{% endblocktranslate %}\n"
    )
    return tmp_path


def filled(language="fi", **changes):
    catalogue = Catalog(locale=language)
    catalogue.add(
        ("%(count)s order", "%(count)s orders"), ("%(count)s tilaus", "%(count)s tilausta")
    )
    catalogue.add("My orders", "Tilaukset", context="menu")
    catalogue.add(("One row", "%(n)s rows"), ("Yksi rivi", "%(n)s riviä"))
    return catalogue


def test_texts_of_modules_and_templates_are_found_with_context_and_plural(project):
    found = catalogues.extract_messages(project)

    assert {(message.id, message.context) for message in found if message.id} == {
        (("%(count)s order", "%(count)s orders"), None),
        ("My orders", "menu"),
        (("One row", "%(n)s rows"), None),
    }
    plural = found.get("%(count)s order")
    assert plural.auto_comments == ["Translators: the count above a list"]
    assert plural.python_format


def test_a_full_catalogue_has_no_faults(project):
    assert catalogues.faults(filled(), catalogues.extract_messages(project)) == []


def test_every_kind_of_fault_is_named(project):
    catalogue = filled()
    catalogue.delete("My orders", context="menu")
    catalogue["%(count)s order"].string = ("%(number)s tilaus", "%(count)s tilausta")
    catalogue["One row"].string = ("Yksi rivi", "")
    catalogue.add("Gone", "Poissa")

    lines = catalogues.faults(catalogue, catalogues.extract_messages(project))

    assert sorted(line.split(":")[0] for line in lines) == [
        "missing",
        "no longer used",
        "unknown named placeholder 'number'",
        "untranslated",
    ]


def test_updating_keeps_translations_adds_new_texts_and_drops_old_ones(project):
    catalogue = filled()
    catalogue.delete("My orders", context="menu")
    catalogue.add("My order", "Tilaus")

    catalogues.update(catalogue, catalogues.extract_messages(project))

    assert catalogue["One row"].string == ("Yksi rivi", "%(n)s riviä")
    assert not catalogue.get("My orders", "menu").string
    assert "My order" not in catalogue


def test_catalogues_updated_from_one_extraction_share_nothing(project):
    found = catalogues.extract_messages(project)
    finnish, german = Catalog(locale="fi"), Catalog(locale="de")
    catalogues.update(finnish, found)
    finnish.get("My orders", "menu").string = "Tilaukset"

    catalogues.update(german, found)

    assert not german.get("My orders", "menu").string


def test_a_written_catalogue_reads_back_the_same_and_carries_no_times(project, tmp_path):
    path = tmp_path / "locale" / "fi" / "LC_MESSAGES" / "django.po"

    catalogues.write_catalogue(path, filled())

    again = catalogues.read_catalogue(path, "fi")
    assert {m.id: m.string for m in again if m.id} == {m.id: m.string for m in filled() if m.id}
    assert "Date" not in path.read_text()
