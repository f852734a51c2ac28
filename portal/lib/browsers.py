"""Browsers and devices by the names people know them by."""

import re

from django.utils.translation import gettext as _

__all__ = ["describe"]

# The first that fits: each pretends to be those after it.
_BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
]
_DEVICES = [
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
]


def describe(user_agent: str) -> str:
    """“Firefox on Windows”, or as much of it as the browser tells."""
    browser, device = (
        next((name for name, sign in known if re.search(sign, user_agent)), "")
        for known in (_BROWSERS, _DEVICES)
    )
    if browser and device:
        return _("%(browser)s on %(device)s") % {"browser": browser, "device": device}
    return browser or device or _("Unknown device")
