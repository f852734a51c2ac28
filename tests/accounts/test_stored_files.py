"""Files are kept once for each content, and go when nothing points at them any more."""

from datetime import timedelta

import pytest

from accounts.models import Company, StoredFile
from accounts.services import stored_files
from tests.builders.orders import NOON, PDF, a_paper, an_order
from tests.threads import at_once

LATER = NOON + timedelta(days=1)
LONG_AGO = NOON - timedelta(days=1)


def kept(content=PDF):
    return stored_files.keep(content=content, media_type="application/pdf", now=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_nothing_points_at_goes_with_its_bytes():
    stored = kept()
    storage, name = stored.content.storage, stored.content.name

    stored_files.forget([stored.pk, stored.pk, 4711], now=LATER)

    assert (StoredFile.objects.count(), storage.exists(name)) == (0, False)
    assert kept().content.read() == PDF


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pointing", ["paper", "logo"])
def test_a_file_that_anything_points_at_stays(pointing):
    stored = kept()
    if pointing == "paper":
        a_paper(an_order(), content=PDF)
    else:
        Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "logo": stored})

    stored_files.forget([stored.pk], now=LATER)

    assert StoredFile.objects.get().content.read() == PDF


@pytest.mark.django_db(transaction=True)
def test_the_sweep_takes_what_nothing_points_at_and_nothing_else():
    unused = kept(b"brought for nothing")
    storage, name = unused.content.storage, unused.content.name
    paper = a_paper(an_order(), content=PDF).file
    logo = kept(b"logo")
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "logo": logo})
    StoredFile.objects.update(kept_at=NOON)

    stored_files.forget_unused(now=NOON + timedelta(minutes=59))
    assert StoredFile.objects.count() == 3

    stored_files.forget_unused(now=LATER)
    assert set(StoredFile.objects.all()) == {paper, logo}
    assert not storage.exists(name)


@pytest.mark.django_db
def test_bytes_that_were_brought_a_moment_ago_are_left():
    stored = kept()

    stored_files.forget([stored.pk], now=NOON + timedelta(minutes=59))

    assert StoredFile.objects.get() == stored


@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_brought_again_while_they_are_forgotten_are_there_afterwards():
    """Whoever brings them gets a row that stays, whichever of the two comes first."""
    for _ in range(20):
        old = kept()
        StoredFile.objects.update(kept_at=LONG_AGO)
        again, _none = at_once(kept, lambda key=old.pk: stored_files.forget([key], now=NOON))

        document = a_paper(an_order(), state="stored", file=again)
        document.refresh_from_db()
        assert document.file.content.read() == PDF
        document.delete()
        StoredFile.objects.all().delete()
