"""The project's own files, as the tests of this folder read them."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("accounts", "erp_bridge", "invoices", "orders", "payments", "portal")


def modules():
    """Path and syntax tree of every module outside migrations."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name != "migrations":
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))
