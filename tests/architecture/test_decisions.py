"""The list of decision records is whole."""

import re

from tests.architecture.sources import ROOT

RECORDS = ROOT / "docs" / "adr"


def test_every_decision_record_is_listed_under_its_title():
    listed = re.findall(
        r"^\| \[(\d+)\]\((.+)\) \| (.+) \|$", (RECORDS / "README.md").read_text(), re.MULTILINE
    )
    there = [
        (path.name[:4], path.name, path.read_text().splitlines()[0].partition(". ")[2])
        for path in sorted(RECORDS.glob("0*.md"))
    ]

    assert listed == there
