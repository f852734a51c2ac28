"""Every kind of message, whichever app declares it."""

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation

from accounts.channels import channel_of
from accounts.messaging import Recipient, every_kind
from accounts.services import wordings
from portal.lib.wording import broken_placeholders, used_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]
READER = Recipient(email="maria@customer.example", name="Maria Anders", phone="+358401234567")

pytestmark = pytest.mark.django_db


def written(kind, channel, language):
    words = wordings.originals(kind, language, channel_of(channel).parts)
    letter = wordings.write(kind, to=READER, words=words, language=language, context=kind.sample())
    with translation.override(language):
        return channel_of(channel).write(letter)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.code)
def test_a_kind_has_the_words_that_its_channels_need(kind):
    for channel in kind.channels:
        for part in channel_of(channel).parts:
            assert get_template(kind.template(part))


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.code)
def test_the_sample_of_a_kind_fits_its_placeholders(kind):
    assert kind.sample().keys() == kind.placeholders.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.code)
def test_the_words_of_a_kind_use_what_it_declares_in_every_language(kind, language):
    parts = {part for channel in kind.channels for part in channel_of(channel).parts}
    texts = [wordings.original(kind, language, part) for part in sorted(parts)]
    used = set().union(*map(used_in, texts))

    assert used - kind.allowed.keys() == set()
    assert kind.placeholders.keys() - used == set()
    assert [text for text in texts if broken_placeholders(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.code)
def test_a_kind_can_be_written_in_every_language(kind, language):
    for channel in kind.channels:
        message = written(kind, channel, language)

        assert message.text.strip()
        assert "{{" not in f"{message.subject}{message.text}{message.html}"
    if "email" not in kind.channels:
        return
    mail = written(kind, "email", language)
    assert mail.subject.strip()
    assert f'<html lang="{language}">' in mail.html
    assert max(map(len, (line for line in mail.text.splitlines() if "://" not in line))) <= 72


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.code)
def test_each_language_has_words_of_its_own(kind):
    first = kind.channels[0]
    written_in = {language: written(kind, first, language) for language in LANGUAGES}

    if first == "email":
        assert len({message.subject for message in written_in.values()}) == len(LANGUAGES)
    assert len({message.text for message in written_in.values()}) == len(LANGUAGES)
