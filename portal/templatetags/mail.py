"""The looks of mails: `{% look "p dim" %}` writes the classes and their rules beside each other.

Mail programs drop style sheets, so what `static/mail/mail.css` says about a class stands at every
element that carries it. Its @media rules go into the head, for the programs that keep them.
"""

import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

STYLESHEET = Path(settings.BASE_DIR, "static", "mail", "mail.css")
_MEDIA = re.compile(r"@media[^{]+\{(?:[^{}]|\{[^{}]*\})*\}")
_RULE = re.compile(r"\.([a-z]+) \{ ([^{}]*?) \}")


@register.simple_tag
@cache
def look(classes: str) -> SafeString:
    """The attributes class and style; later classes win, as in the sheet."""
    rules, _media = _sheet()
    style = " ".join(rules[name] for name in classes.split())
    return format_html('class="{}" style="{}"', classes, style)


@register.simple_tag
@cache
def media_looks() -> SafeString:
    """The head's style element with the rules for the dark and for small screens."""
    _rules, media = _sheet()
    # The sheet is ours and holds no markup; escaping would break its quotes.
    return SafeString(f"<style>\n{media}\n</style>")


@cache
def _sheet() -> tuple[dict[str, str], str]:
    text = re.sub(r"/\*.*?\*/", "", STYLESHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    media = "\n".join(_MEDIA.findall(text))
    return dict(_RULE.findall(_MEDIA.sub("", text))), media
