import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import secrets

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture(autouse=True)
def keys(settings):
    settings.PORTICO_SECRETS_KEYS = [OLD]


@given(st.text())
def test_what_is_sealed_can_be_opened(text):
    assert secrets.open_sealed(secrets.seal(text)) == text


def test_the_same_secret_looks_different_each_time_and_never_like_itself():
    sealed = {secrets.seal("swordfish") for _ in range(3)}

    assert len(sealed) == 3
    assert not any("swordfish" in one for one in sealed)


def test_no_secret_stays_no_secret():
    assert (secrets.seal(""), secrets.open_sealed(""), secrets.reseal("")) == ("", "", "")


def test_keys_can_be_changed_without_losing_a_secret(settings):
    sealed = secrets.seal("swordfish")

    settings.PORTICO_SECRETS_KEYS = [NEW, OLD]
    resealed = secrets.reseal(sealed)
    settings.PORTICO_SECRETS_KEYS = [NEW]

    assert secrets.open_sealed(resealed) == "swordfish"
    with pytest.raises(secrets.CannotOpen):
        secrets.open_sealed(sealed)


@pytest.mark.parametrize("change", [lambda sealed: sealed[:-8] + "AAAAAAA=", lambda _: "garbage"])
def test_a_changed_secret_is_not_opened(change):
    changed = change(secrets.seal("swordfish"))

    for use in (secrets.open_sealed, secrets.reseal):
        with pytest.raises(secrets.CannotOpen) as caught:
            use(changed)
        assert changed not in str(caught.value)


@pytest.mark.parametrize("keys", [[], ["short"], ["ä" * 44], [OLD, "not a key"]])
def test_keys_that_are_no_keys_are_told_as_such_and_not_shown(settings, keys):
    settings.PORTICO_SECRETS_KEYS = keys

    with pytest.raises(secrets.NoKey) as caught:
        secrets.seal("swordfish")

    assert OLD not in str(caught.value)
