import pytest
from django.core.exceptions import ValidationError

from portal.lib.iban import validate_iban


@pytest.mark.parametrize("iban", ["FI2112345600000785", "DE89 3704 0044 0532 0130 00"])
def test_an_iban_is_taken_with_and_without_spaces(iban):
    validate_iban(iban)


@pytest.mark.parametrize("iban", ["FI2112345600000786", "fi2112345600000785", "FI21", "1" * 18])
def test_what_is_no_iban_is_refused(iban):
    with pytest.raises(ValidationError) as refusal:
        validate_iban(iban)

    assert refusal.value.code == "iban"
