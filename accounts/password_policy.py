"""Which passwords are good enough: Django validators, named in settings.AUTH_PASSWORD_VALIDATORS.

At least eight characters, of three of four classes whatever the length; at most 128; none that is
guessed first; none that is mostly the person's own name, address or company.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import password_validation as django
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.services import company
from portal.lib.passwords import as_typed, classes

__all__ = [
    "LONGEST",
    "SHORTEST",
    "ClassesValidator",
    "CommonPasswordValidator",
    "LengthValidator",
    "PersonValidator",
]

SHORTEST = 8
LONGEST = 128
WANTED_CLASSES = 3
# Parts of names shorter than this say nothing.
SHORTEST_PART = 3

# The usual swaps; 1 stands for two letters.
_SWAPS = [
    str.maketrans({"0": "o", "1": one, "!": one, "3": "e", "4": "a", "@": "a"})
    | str.maketrans({"5": "s", "$": "s", "7": "t", "8": "b"})
    for one in "il"
]


class LengthValidator:
    def validate(self, password: str, user: Any = None) -> None:
        length = len(as_typed(password))
        if length < SHORTEST:
            raise ValidationError(
                _("Use at least %(least)s characters.") % {"least": SHORTEST}, code="short"
            )
        if length > LONGEST:
            raise ValidationError(
                _("Use at most %(most)s characters.") % {"most": LONGEST}, code="long"
            )

    def get_help_text(self) -> str:
        return _("At least %(least)s characters.") % {"least": SHORTEST}


class ClassesValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(classes(password)) < WANTED_CLASSES:
            raise ValidationError(self.get_help_text(), code="classes")

    def get_help_text(self) -> str:
        return _(
            "Use at least three of these four: lower-case letters, capital letters, digits, other"
            " characters."
        )


class CommonPasswordValidator(django.CommonPasswordValidator):
    """Refuses Django's list of common passwords, also with the usual decoration.

    Decoration is letters swapped for digits, capitals, and digits and signs around the word. A
    common word that is less than half of the password is fine.
    """

    def validate(self, password: str, user: Any = None) -> None:
        password = as_typed(password)
        if len(password) > LONGEST:
            return
        if self._is_common(password.lower()):
            raise ValidationError(
                _("This password is one of those that are guessed first. Choose another."),
                code="common",
            )

    def get_help_text(self) -> str:
        return _("No password that many people use.")

    def _is_common(self, password: str) -> bool:
        if any(
            core in self.passwords and 2 * len(core) >= len(password) for core in _cores(password)
        ):
            return True
        half = password[: len(password) // 2]
        return half != "" and password in (half * 2, f"{half} {half}") and self._is_common(half)


class PersonValidator:
    """Refuses a password of which less than half is left without the person's own words."""

    def validate(self, password: str, user: Any = None) -> None:
        password = as_typed(password).lower()
        if user is None or len(password) > LONGEST:
            return
        words = sorted(set(_parts(_about(user))), key=len, reverse=True)
        for folded in (password, *(password.translate(swaps) for swaps in _SWAPS)):
            rest = folded
            for word in words:
                rest = rest.replace(word, "")
            if 2 * len(rest) < len(password):
                raise ValidationError(
                    _(
                        "This password is too much like your name, your e-mail address or your"
                        " company."
                    ),
                    code="personal",
                )

    def get_help_text(self) -> str:
        return _("Not your name, your e-mail address or your company.")


def _cores(password: str) -> Iterator[str]:
    """What may be the word behind a decorated password."""
    letters = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    for text in (password, letters):
        yield text
        yield from (text.translate(swaps) for swaps in _SWAPS)
    yield re.sub(r"^\D+|\D+$", "", password)


def _about(user: Any) -> Iterator[str]:
    yield from (user.email, user.first_name, user.last_name, company.current().name)
    if user.pk is not None:
        yield from user.customers().values_list("name", flat=True)[:10]


def _parts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        folded = as_typed(text).lower()
        yield from (part for part in re.split(r"[\W_]+", folded) if len(part) >= SHORTEST_PART)
