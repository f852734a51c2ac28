"""Business ids and VAT ids by the check digits of their country (python-stdnum has the rules)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as WrongNumber

__all__ = ["normalise"]

# What a company's own id is called by the library, country by country.
_OWN = {"FI": "ytunnus", "SE": "orgnr", "NO": "orgnr", "EE": "registrikood", "FR": "siren"}
_LONGEST = 30


def normalise(text: str, *, country: str) -> str:
    """The id as its country writes it: a business id, or a VAT id with its two letters.

    Either of the two is taken. Where neither's rules are known, anything short is. Raises
    ValidationError for a wrong check digit.
    """
    compact = " ".join(text.split())
    for kind, prefix in ((_OWN.get(country), ""), ("vat", country)):
        module = get_cc_module(country.lower(), kind) if country and kind else None
        if module is None:
            continue
        try:
            number = module.validate(compact)
        except WrongNumber:
            continue
        if prefix:
            return number if number.startswith(prefix) else f"{prefix}{number}"
        return module.format(number) if hasattr(module, "format") else number
    if any(get_cc_module(country.lower(), kind) for kind in (_OWN.get(country), "vat") if kind):
        raise ValidationError(
            _("This is no business id or VAT id of the country; check each character."),
            code="business_id",
        )
    if len(compact) > _LONGEST:
        raise ValidationError(_("The id is too long."), code="business_id")
    return compact
