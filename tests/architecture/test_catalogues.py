from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings

from portal.lib import catalogues

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


@pytest.fixture(scope="module")
def marked():
    return catalogues.extract_messages(settings.BASE_DIR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_marked_text_is_translated(marked, language):
    """`manage.py catalogues` adds new texts; filling them is part of the change."""
    path = Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")

    assert catalogues.faults(catalogues.read_catalogue(path, language), marked) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_markup_of_the_original(marked, language):
    path = Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")
    catalogue = catalogues.read_catalogue(path, language)

    changed = [
        message.id
        for message in catalogue
        if message.id
        and isinstance(message.id, str)
        and sorted(_tags(message.id)) != sorted(_tags(message.string))
    ]

    assert changed == []


def _tags(text):
    return [piece.split(">")[0] for piece in text.split("<")[1:]]


def test_no_language_repeats_the_sentences_of_another():
    catalogues_of = {
        language: catalogues.read_catalogue(
            Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po"), language
        )
        for language in LANGUAGES
    }
    sentences = {
        language: {message.string for message in catalogue if len(str(message.id).split()) > 3}
        for language, catalogue in catalogues_of.items()
    }

    assert [
        (first, second, sentences[first] & sentences[second])
        for first, second in combinations(LANGUAGES, 2)
        if sentences[first] & sentences[second]
    ] == []
