"""Telephone numbers, kept as E.164 (+358401234567) and shown as people write them."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

__all__ = ["normalise", "shown"]


def normalise(text: str, *, country: str) -> str:
    """The number in E.164; one without a country's code is of `country` (ISO 3166, two letters).

    Spaces, dashes, dots and brackets do not matter; an extension is refused, because nothing can
    ring it by itself. Raises ValidationError with an example of the country.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException as error:
        raise _refusal(country) from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _refusal(country)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(number: str) -> str:
    """An E.164 number with the spaces of its country; anything else as it is."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL
        )
    except NumberParseException:
        return number


def _refusal(country: str) -> ValidationError:
    example = (
        phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE) if country else None
    )
    if example is None:
        return ValidationError(
            _("Write the phone number with the code of its country, such as +358 40 1234567."),
            code="phone",
        )
    return ValidationError(
        _("Write the phone number like %(example)s."),
        params={"example": phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)},
        code="phone",
    )
