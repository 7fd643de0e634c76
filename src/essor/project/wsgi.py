import os

from django.core.wsgi import get_wsgi_application

from essor.project.environment import make_files_private

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
make_files_private()  # for a server that was not started by ``essor serve``

application = get_wsgi_application()
