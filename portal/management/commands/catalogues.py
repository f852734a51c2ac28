from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.lib import catalogues


class Command(BaseCommand):
    """Brings locale/*/LC_MESSAGES/django.po in step with the marked texts, or tells what is not."""

    help = "Update the translation catalogues from the sources; --check only reports."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail on a fault")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        found = catalogues.extract_messages(settings.BASE_DIR)
        broken = 0
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            path = Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")
            catalogue = catalogues.read_catalogue(path, language)
            if not check:
                catalogues.update(catalogue, found)
                catalogues.write_catalogue(path, catalogue)
            lines = catalogues.faults(catalogue, found)
            broken += len(lines)
            for line in lines:
                self.stdout.write(f"{language}: {line}")
            self.stdout.write(f"{language}: {len(found)} texts, {len(lines)} faults")
        if check and broken:
            raise CommandError(f"{broken} faults in the catalogues")
