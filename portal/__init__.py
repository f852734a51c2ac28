"""The project: settings, addresses, Celery, pages that combine apps; its lib is the floor."""
