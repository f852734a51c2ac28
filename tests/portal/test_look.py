"""The look keeps its budget and its rules: weights, one stylesheet, icons and parts that exist."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string

from portal.lib.lists import CUSTOMER_ROWS
from portal.lib.staticfiles import inline_imports
from tests.builders.accounts import a_customer, an_admin
from tests.builders.orders import a_delivery, a_shipment, an_order

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
JS = ROOT / "static" / "js"
KIB = 1024
HTMX = "django_htmx/htmx-2.min.js"


def gzipped(*texts):
    return sum(len(gzip.compress(text.encode(), 9)) for text in texts)


def stylesheet():
    return inline_imports((CSS / "site.css").read_text(), lambda name: (CSS / name).read_text())


def test_the_stylesheet_stays_within_its_budget():
    assert gzipped(stylesheet()) <= 20 * KIB


def shell():
    return [path.read_text() for path in sorted(JS.glob("*.js"))]


def test_the_scripts_of_every_page_stay_within_their_budget_with_htmx():
    assert gzipped(*shell(), Path(finders.find(HTMX)).read_text()) <= 20 * KIB


def test_the_script_of_one_page_fits_beside_the_shell():
    weights = {
        path.name: gzipped(*shell(), path.read_text()) for path in sorted(JS.glob("pages/*.js"))
    }

    assert {name: weight for name, weight in weights.items() if weight > 20 * KIB} == {}


def test_a_page_with_a_script_of_its_own_goes_without_htmx():
    """Both together would burst the budget."""
    templates = {
        path.relative_to(ROOT / "templates").as_posix(): path.read_text()
        for path in ROOT.glob("templates/**/*.html")
    }

    def drops_htmx(name):
        if "{% block htmx %}{% endblock %}" in templates[name]:
            return True
        parent = re.search(r'{% extends "(.+?)" %}', templates[name])
        return parent is not None and drops_htmx(parent[1])

    with_script = [name for name, text in templates.items() if "js/pages/" in text]
    assert [name for name in with_script if not drops_htmx(name)] == []


def test_every_script_module_stays_short():
    assert [
        path.name for path in JS.rglob("*.js") if len(path.read_text().splitlines()) > 150
    ] == []


def test_every_stylesheet_file_is_imported_once():
    imported = re.findall(r'^@import url\("(.+)"\);$', (CSS / "site.css").read_text(), re.MULTILINE)

    files = [path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css")]
    assert sorted(imported) == sorted(set(files) - {"site.css"})


def test_the_stylesheet_keeps_its_layers():
    layered = {"fonts.css", "site.css"}

    loose = [
        path.name
        for path in CSS.rglob("*.css")
        if path.name not in layered and "@layer " not in path.read_text()
    ]
    assert loose == []


def test_nothing_outweighs_the_layers():
    assert "!important" not in stylesheet()


def test_colours_are_tokens():
    """A colour of its own belongs to paper, which is white whatever the brand."""
    raw = re.compile(r"#[0-9a-f]{3,8}\b|oklch\(|rgb", re.IGNORECASE)
    allowed = {"tokens.css", "print.css", "paper.css"}

    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(CSS.rglob("*.css"))
        if path.name not in allowed
        for line in path.read_text().splitlines()
        if raw.search(line)
    ]
    assert found == []


def test_every_class_is_used_or_offered():
    """The columns of a form's grid are offered as a whole, c2 to c9."""
    rules = re.sub(r"/\*.*?\*/|url\(.*?\)", "", stylesheet(), flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-z][\w-]*)", rules))
    sources = [
        *ROOT.glob("templates/**/*.html"),
        *JS.rglob("*.js"),
        *ROOT.glob("*/*.py"),
        *ROOT.glob("*/views/*.py"),
        ROOT / "portal/lib/forms.py",
        ROOT / "docs/look.md",
    ]
    words = {word for path in sources for word in re.findall(r"[\w-]+", path.read_text())}

    assert {name for name in classes - words if not re.fullmatch(r"c\d", name)} == set()


def test_a_file_that_would_break_when_copied_is_refused():
    with pytest.raises(ValueError, match=r"parts/a\.css"):
        inline_imports('@import url("parts/a.css");\n', lambda name: 'a { src: url("b.svg") }')


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
    sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/*.py"), *ROOT.glob("*/views/*.py")]

    used = {
        name
        for path in sources
        for name in re.findall(r'{% icon "([\w-]+)" %}|icon(?:": |=)"([\w-]+)"', path.read_text())
        for name in name
        if name
    }
    assert used - sprite == set()
    assert len(used) > 10


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "portal.lib.staticfiles.CompressedStorage"}
    }
    others = ["admin", "account", "django_htmx", "print"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)
    return tmp_path


def test_browsers_fetch_one_stylesheet_under_a_hashed_name(collected):
    name = staticfiles_storage.stored_name("css/site.css")
    text = (collected / name).read_text()

    assert re.fullmatch(r"css/site\.[0-9a-f]{12}\.css", name)
    assert gzip.decompress((collected / f"{name}.gz").read_bytes()).decode() == text
    assert "@import" not in text
    assert text.count("@layer parts {") == len(list(CSS.glob("parts/*.css"))) + 2
    for font in re.findall(r'url\("\.\./(.+?)"\)', text):
        assert re.search(r"\.[0-9a-f]{12}\.woff2$", font)
        assert (collected / font).exists()


def test_modules_import_each_other_by_hashed_names(collected):
    text = (collected / staticfiles_storage.stored_name("js/app.js")).read_text()
    imported = re.compile(r'import "\./(.+?)"')
    modules = imported.findall(text)

    assert len(modules) == len(imported.findall((JS / "app.js").read_text())) > 0
    assert all((collected / "js" / name).exists() for name in modules)
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in modules)


def test_a_page_that_lost_its_request_still_renders():
    page = render_to_string("500.html")

    assert "Something broke on our side" in page


@pytest.mark.django_db
def test_a_list_of_orders_stays_within_the_budget_of_a_page(client):
    customer = a_customer()
    for _ in range(CUSTOMER_ROWS):
        a_shipment(a_delivery(an_order(customer, customer_reference="4500-2247")))
    client.force_login(an_admin(customer))

    response = client.get("/orders/")

    assert response.text.count('scope="row"') == CUSTOMER_ROWS
    assert gzipped(response.text) <= 30 * KIB
