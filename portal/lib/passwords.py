"""What counts of a password, wherever one is set, typed or judged."""

import unicodedata

__all__ = ["as_typed", "classes"]


def as_typed(password: str) -> str:
    """The password as it counts: composed letters, no spaces around it."""
    return unicodedata.normalize("NFKC", password).strip()


def classes(password: str) -> set[str]:
    """Which of lower, upper, digit and special the password has, in any script.

    Letters of scripts without case count as lower case, and their marks as part of them.
    """
    found = set()
    for character in as_typed(password):
        category = unicodedata.category(character)
        if category in {"Lu", "Lt"}:
            found.add("upper")
        elif category.startswith("L"):
            found.add("lower")
        elif category == "Nd":
            found.add("digit")
        elif not category.startswith("M"):
            found.add("special")
    return found
