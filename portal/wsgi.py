"""The web process. A page's statement may run for five seconds unless the environment says else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("STATEMENT_TIMEOUT", "5")

application = get_wsgi_application()
