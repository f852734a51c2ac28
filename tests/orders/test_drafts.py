from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import StoredFile
from accounts.services import stored_files
from orders.models import DraftFile, OrderDraft
from orders.services import drafts
from tests.builders.accounts import a_customer, a_member
from tests.builders.wishes import NOON, a_request, an_order_link, an_order_type
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def a_draft(**fields):
    fields = {"typed": {"answers": {"city": "Ber"}}, "language": "en", "now": NOON} | fields
    if "user_id" not in fields:
        fields.setdefault("link_id", an_order_link().pk)
    return drafts.begin(order_type_id=an_order_type(f"t{OrderDraft.objects.count()}").pk, **fields)


def save(draft, revision, city="Berlin", now=NOON):
    return drafts.save(
        draft_id=draft.pk,
        revision=revision,
        typed={"answers": {"city": city}},
        language="en",
        order_type_id=draft.order_type_id,
        now=now,
    )


def test_whoever_has_the_token_has_the_draft():
    draft, token = a_draft()

    assert drafts.find(token=token, user_id=None, now=NOON) == draft
    assert token not in draft.token_sha256
    with pytest.raises(drafts.UnknownDraft):
        drafts.find(token=f"{token}x", user_id=None, now=NOON)


def test_a_members_draft_is_the_members_alone():
    customer = a_customer()
    maria, sam = a_member(customer), a_member(customer)
    draft, key = a_draft(user_id=maria.pk, customer_id=customer.pk)
    own = {"token": key, "user_id": maria.pk, "customer_id": customer.pk}

    assert drafts.find(**own, now=NOON) == draft
    for other in ({"user_id": sam.pk}, {"user_id": None, "customer_id": None}):
        with pytest.raises(drafts.UnknownDraft):
            drafts.find(**own | other, now=NOON)


def test_a_members_draft_waits_until_the_member_works_for_its_customer():
    customer, other = a_customer("10001", name="Alfreds Futterkiste"), a_customer("10002")
    maria = a_member(customer)
    _draft, key = a_draft(user_id=maria.pk, customer_id=customer.pk)

    with pytest.raises(drafts.OtherCustomers) as refusal:
        drafts.find(token=key, user_id=maria.pk, customer_id=other.pk, now=NOON)

    assert "This draft is for 10001 Alfreds Futterkiste." in str(refusal.value.user_message)


def test_what_somebody_has_begun_is_listed_the_last_one_first():
    customer = a_customer()
    maria, sam = a_member(customer), a_member(customer)
    own = {"user_id": maria.pk, "customer_id": customer.pk}
    first, _key = a_draft(**own)
    second, _key = a_draft(**own)
    sent, _key = a_draft(**own)
    OrderDraft.objects.filter(pk=sent.pk).update(request=a_request())
    a_draft(user_id=sam.pk, customer_id=customer.pk)
    a_draft(user_id=maria.pk, customer_id=a_customer().pk)
    save(first, 0, now=NOON + timedelta(hours=1))

    assert drafts.open_ones(**own, now=NOON + timedelta(hours=2)) == [first, second]
    assert drafts.open_ones(**own, now=NOON + timedelta(days=15)) == []


def test_a_draft_that_is_given_up_takes_its_files_along():
    draft, _token = a_draft()
    file = stored_files.keep(content=b"map", media_type="text/plain", now=NOON)
    drafts.attach(draft_id=draft.pk, file=file, name="map.txt")

    drafts.give_up(draft_id=draft.pk, now=NOON + timedelta(hours=2))

    assert not OrderDraft.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_was_sent_is_not_given_up():
    draft, _token = a_draft()
    OrderDraft.objects.filter(pk=draft.pk).update(request=a_request())

    with pytest.raises(drafts.AlreadySent):
        drafts.give_up(draft_id=draft.pk, now=NOON)


def test_a_draft_belongs_to_a_link_or_to_a_member():
    with pytest.raises(IntegrityError), transaction.atomic():
        a_draft(link_id=None)


def test_what_was_saved_elsewhere_is_not_overwritten():
    draft, _token = a_draft()
    save(draft, 0)

    with pytest.raises(drafts.Changed):
        save(draft, 0, city="Graz")

    draft.refresh_from_db()
    assert (draft.typed, draft.revision) == ({"answers": {"city": "Berlin"}}, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_save_at_once_one_is_told():
    draft, _token = a_draft()

    outcomes = at_once(*[lambda: save(draft, 0)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Changed", "OrderDraft"]


def test_a_draft_that_was_sent_is_not_changed_any_more():
    draft, token = a_draft()
    OrderDraft.objects.filter(pk=draft.pk).update(request=a_request())

    with pytest.raises(drafts.AlreadySent):
        save(draft, 0)

    assert drafts.find(token=token, user_id=None, now=NOON).is_sent


def test_a_draft_is_kept_for_two_weeks_after_its_last_saving():
    draft, token = a_draft()
    save(draft, 0, now=NOON + timedelta(days=10))

    drafts.forget_ended(now=NOON + timedelta(days=20))
    assert drafts.find(token=token, user_id=None, now=NOON + timedelta(days=20)) == draft

    with pytest.raises(drafts.UnknownDraft):
        drafts.find(token=token, user_id=None, now=NOON + timedelta(days=24))
    drafts.forget_ended(now=NOON + timedelta(days=24))
    assert not OrderDraft.objects.exists()


def test_files_go_along_once_and_not_too_many():
    draft, _token = a_draft()
    files = [
        stored_files.keep(content=f"{n}".encode(), media_type="text/plain", now=NOON)
        for n in range(11)
    ]
    for file in [files[0], *files[:10]]:
        drafts.attach(draft_id=draft.pk, file=file, name="map.txt")

    with pytest.raises(drafts.TooManyFiles):
        drafts.attach(draft_id=draft.pk, file=files[10], name="map.txt")

    assert draft.files.count() == 10
    drafts.detach(draft_id=draft.pk, file_id=draft.files.first().pk, now=NOON)
    assert DraftFile.objects.count() == 9


def test_a_file_of_another_draft_is_not_taken_away():
    draft, _token = a_draft()
    other, _other_token = a_draft()
    file = stored_files.keep(content=b"map", media_type="text/plain", now=NOON)
    drafts.attach(draft_id=draft.pk, file=file, name="map.txt")

    drafts.detach(draft_id=other.pk, file_id=draft.files.get().pk, now=NOON)

    assert draft.files.count() == 1
