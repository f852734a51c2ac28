"""The web process. A page's statement may run for five seconds unless the environment says else."""

import os

from django.core.wsgi import get_wsgi_application

from portal.lib.whole_bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("STATEMENT_TIMEOUT", "5")

application = whole_bodies(get_wsgi_application())
