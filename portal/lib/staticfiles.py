"""Static files as browsers fetch them: hashed names, one stylesheet.

`static/css/site.css` is a list of imports, one file for each part, which is what people read and
what the development server serves. An import costs a round trip, so collectstatic copies the
imported files into it before it computes the hashes.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

__all__ = ["CompressedStorage", "Storage", "inline_imports"]

STYLESHEET = "css/site.css"
_IMPORT = re.compile(r'^@import url\("(?P<name>[\w/-]+\.css)"\);\n', re.MULTILINE)
_OUR_MODULES = (
    "js/*.js",
    (
        (
            r'(?P<matched>(?P<how>\b(?:import|from)\s*)"(?P<url>\./[\w-]+\.js)")',
            '%(how)s"%(url)s"',
        ),
    ),
)
_RELATIVE = re.compile(r'url\("(?!\.\./fonts/)')


def inline_imports(stylesheet: str, read: Callable[[str], str]) -> str:
    """The stylesheet with each import replaced by what `read` returns for its name.

    Raises ValueError for an imported file with an address that would mean something else from
    the stylesheet's own folder.
    """

    def imported(match: re.Match[str]) -> str:
        text = read(match["name"])
        if _RELATIVE.search(text):
            raise ValueError(f"{match['name']} may refer to ../fonts/ only.")
        return text

    return _IMPORT.sub(imported, stylesheet)


def _write_stylesheet(storage: ManifestStaticFilesStorage, paths: dict[str, Any]) -> None:
    if STYLESHEET not in paths:
        return
    folder = STYLESHEET.rpartition("/")[0]

    def read(name: str) -> str:
        source, path = paths[f"{folder}/{name}"]
        with source.open(path) as file:
            return file.read().decode()

    source, path = paths[STYLESHEET]
    with source.open(path) as file:
        stylesheet = inline_imports(file.read().decode(), read)
    storage.delete(STYLESHEET)
    storage.save(STYLESHEET, ContentFile(stylesheet.encode()))
    paths[STYLESHEET] = (storage, STYLESHEET)


class Storage(ManifestStaticFilesStorage):
    """Hashed names; the modules that a script of our own imports are found by theirs.

    Django can do that for every script, but then trips over examples in other people's comments.
    """

    patterns = (*ManifestStaticFilesStorage.patterns, _OUR_MODULES)

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            _write_stylesheet(self, paths)
        yield from super().post_process(paths, dry_run=dry_run, **options)


class CompressedStorage(CompressedManifestStaticFilesStorage, Storage):
    """The same, with a compressed copy beside each file."""
