"""Templates: nothing inline, nothing unescaped, nothing unused, partials with their context."""

import re

import pytest
from django.template.loader import get_template

from tests.architecture.sources import PACKAGES, ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
# Django, Django's forms and allauth ask for these by themselves.
ASKED_FOR_BY_LIBRARIES = {
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "account/account_inactive.html",
    "account/login.html",
    "account/logout.html",
}
# What pages of later work extend or include, complete and shown in the style guide or its tests.
FOR_LATER = {"layouts/embed.html", "layouts/plain.html"}

INLINE = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:|http-equiv=.?refresh",
    re.IGNORECASE,
)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")
NAMED = re.compile(r"""["']([\w./-]+\.html)["']""")


def source(template):
    return (FOLDER / template).read_text(encoding="utf-8")


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_can_be_compiled(template):
    assert get_template(template).template.name == template


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_inline_and_nothing_goes_unescaped(template):
    assert INLINE.findall(source(template)) == []
    assert UNESCAPED.findall(source(template)) == []


@pytest.mark.parametrize("template", [name for name in TEMPLATES if "/_" in name])
def test_a_partial_says_its_context_in_its_first_line(template):
    first = source(template).splitlines()[0]

    assert re.fullmatch(r"\{# .*[cC]ontext.* #\}", first)


def test_every_template_is_used():
    places = [
        *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")),
        *FOLDER.rglob("*.html"),
    ]
    used = {name for path in places for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    # Names that are put together: f"orders/{audience}/order.html".
    families = {
        re.sub(r"\\\{\w+\\\}", r"[\\w.-]+", re.escape(name))
        for path in places
        for name in re.findall(r'f"((?:[\w.-]+/)+[\w./{}-]*)"', path.read_text(encoding="utf-8"))
    }

    unused = {
        template
        for template in set(TEMPLATES) - used - ASKED_FOR_BY_LIBRARIES - FOR_LATER
        if not any(re.fullmatch(family, template) for family in families)
    }

    assert unused == set()


def test_templates_write_no_address_by_hand():
    """Addresses come from {% url %}; the home page of whoever looks is the one exception."""
    by_hand = {
        (template, address)
        for template in TEMPLATES
        for address in re.findall(r'(?:href|action|hx-get|hx-post)="(/[^"{]*)"', source(template))
        if address != "/"
    }

    assert by_hand == set()
