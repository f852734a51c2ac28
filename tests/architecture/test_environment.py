"""The environment is read in one module, and every variable is written down for operators."""

import ast
import re

from tests.architecture.sources import ROOT, modules

READERS = {
    "address",
    "text",
    "flag",
    "number",
    "choice",
    "names",
    "origin",
    "database",
    "redis",
    "mail",
}
# They set what the others read, or run before there are settings.
MAY_TOUCH_THE_ENVIRONMENT = {"portal/env.py", "portal/celery.py", "portal/wsgi.py"}


def variables_read():
    return {
        node.args[0].value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in {("env", reader) for reader in READERS}
    }


def variables_of_compose():
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def test_the_environment_is_touched_in_few_places():
    touching = {
        path.as_posix()
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }

    assert touching - MAY_TOUCH_THE_ENVIRONMENT == {
        path for path in touching if path.startswith(("portal/demo/", "erp_bridge/demo_erp/"))
    }


def test_the_example_names_every_variable_and_none_besides():
    named = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(named) == sorted(variables_read() | variables_of_compose())


def test_the_operators_page_explains_every_variable_and_none_besides():
    page = (ROOT / "docs/operations.md").read_text().partition("## Environment")[2]
    explained = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", page, re.MULTILINE)

    assert sorted(explained) == sorted(variables_read() | variables_of_compose())
