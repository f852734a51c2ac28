"""Business ids and VAT ids by the check digits of their country (python-stdnum has the rules)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as WrongNumber

from portal.lib.searching import searched

__all__ = ["normalise", "spellings"]

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


def spellings(text: str, *, country: str) -> set[str]:
    """Every way the id may stand in a register, in capitals and without spaces and dashes.

    A business id and the VAT id made of it mean one company. Empty for no id.
    """
    try:
        written = normalise(text, country=country)
    except ValidationError:
        written = text
    plain = searched(written).upper()
    letters = _VAT_LETTERS.get(country, country)
    bare = plain.removeprefix(letters)
    ids = {plain, *_same_company("".join(filter(str.isalnum, bare)), country=country)} - {""}
    return ids | {f"{letters}{each.removeprefix(letters)}" for each in ids}


def _same_company(number: str, *, country: str) -> set[str]:
    """The number as business id and as the digits of the VAT id, where the two differ."""
    match country, len(number):
        case "SE", 10:
            return {number, f"{number}01"}
        case "SE", 12:
            return {number, number[:10]}
        case "FR", 11:
            return {number, number[2:]}
        case "NO", _:
            return {number, number.removesuffix("MVA"), f"{number.removesuffix('MVA')}MVA"}
    return {number}
