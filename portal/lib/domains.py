"""Domains of e-mail addresses: written one way, and told from look-alikes and public providers."""

import unicodedata

import idna

__all__ = ["NotADomain", "domain_of", "is_public", "normalise"]

# Providers where anybody may have an address. Brands with many endings are listed by their name.
_PUBLIC = frozenset(
    """
    126.com 163.com aol.com bluewin.ch btinternet.com comcast.net email.com fastmail.com
    freenet.de gmail.com googlemail.com hey.com icloud.com inbox.com kolumbus.fi laposte.net
    libero.it luukku.com mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com orange.fr
    pm.me posteo.de proton.me protonmail.com qq.com rambler.ru rediffmail.com seznam.cz
    suomi24.fi t-online.de telia.com tuta.com tutanota.com verizon.net web.de wp.pl ya.ru
    ymail.com
    """.split()  # noqa: SIM905 - a list would take a page
)
_PUBLIC_BRANDS = frozenset({"gmx", "hotmail", "live", "outlook", "yahoo", "yandex", "zohomail"})
# Scripts that look alike; one label holds letters of at most one of them.
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


class NotADomain(ValueError):
    """A text that names no domain an e-mail address could have."""


def normalise(text: str) -> str:
    """A domain as it is compared: in lower case, as its letters travel (xn--…), without a dot at
    the end. A leading @ is forgiven. Raises NotADomain."""
    name = unicodedata.normalize("NFKC", text).strip().removeprefix("@").removesuffix(".")
    try:
        domain = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        labels = idna.decode(domain).split(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise NotADomain(text) from error
    # The last label of a name is never a number: that would be a network address.
    if len(labels) == 1 or labels[-1].isdigit() or any(map(_mixes_scripts, labels)):
        raise NotADomain(text)
    return domain


def domain_of(email: str) -> str:
    """The normalised domain of an e-mail address; empty for what has none."""
    _local, at, domain = email.rpartition("@")
    try:
        return normalise(domain) if at else ""
    except NotADomain:
        return ""


def is_public(domain: str) -> bool:
    """Whether anybody can have an address at this normalised domain."""
    return domain in _PUBLIC or domain.split(".")[0] in _PUBLIC_BRANDS


def _mixes_scripts(label: str) -> bool:
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
    return len(scripts & _ALIKE) > 1
