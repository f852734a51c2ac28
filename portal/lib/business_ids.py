"""Business ids and VAT ids by the check digits of their country (python-stdnum has the rules)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as WrongNumber

__all__ = ["normalise"]

# What a company's own id is called by the library, country by country.
_OWN = {"FI": "ytunnus", "SE": "orgnr", "NO": "orgnr", "EE": "registrikood", "FR": "siren"}
# VAT ids begin with the letters of their country, except where the Union chose others.
_VAT_LETTERS = {"GR": "EL"}
_LONGEST = 30


def normalise(text: str, *, country: str) -> str:
    """The id as its country writes it: a business id, or a VAT id with its two letters.

    Either of the two is taken. Where neither's rules are known, anything short is. Raises
    ValidationError for a wrong check digit.
    """
    compact = " ".join(text.split())
    own = get_cc_module(country.lower(), _OWN[country]) if country in _OWN else None
    vat = get_cc_module(country.lower(), "vat") if country else None
    for rules in filter(None, (own, vat)):
        try:
            number: str = rules.validate(compact)
        except WrongNumber:
            continue
        if rules is vat:
            letters = _VAT_LETTERS.get(country, country)
            return number if number.startswith(letters) else f"{letters}{number}"
        return rules.format(number) if hasattr(rules, "format") else number
    if own or vat:
        raise ValidationError(
            _("This is no business id or VAT id of the country; check each character."),
            code="business_id",
        )
    if len(compact) > _LONGEST:
        raise ValidationError(_("The id is too long."), code="business_id")
    return compact
