"""The portal for a WSGI server. It does not start with a view that says nothing of who may call it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breakglass.settings")
application = get_wsgi_application()

from tenants.access import require_declared  # noqa: E402  the apps have to be loaded first

require_declared()
