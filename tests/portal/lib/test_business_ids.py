import pytest
from django.core.exceptions import ValidationError

from portal.lib import business_ids


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("FI", "20774740", "2077474-0"),
        ("FI", "fi 2077474-0", "2077474-0"),
        ("DE", "DE 136 695 976", "DE136695976"),
        ("AT", "U13585627", "ATU13585627"),
        ("GR", "094259216", "EL094259216"),
        ("GR", "EL 094259216", "EL094259216"),
        ("CH", "CHE-107.787.577 MWST", "CHE107787577MWST"),
        ("US", " 12-3456789 ", "12-3456789"),
        ("", " 7  8", "7 8"),
    ],
)
def test_an_id_is_written_as_its_country_does(country, typed, written):
    assert business_ids.normalise(typed, country=country) == written


@pytest.mark.parametrize(
    ("country", "typed"),
    [("FI", "2077474-1"), ("FI", "SE123456789701"), ("GR", "094259217"), ("", "7" * 31)],
)
def test_a_wrong_or_endless_id_is_refused(country, typed):
    with pytest.raises(ValidationError):
        business_ids.normalise(typed, country=country)
