"""The project's settings, made quick and closed to the outside for tests."""

from __future__ import annotations

import copy
import os
import tempfile

# Never the data of whoever runs the tests: a folder of their own, gone when they end.
FOLDER = tempfile.TemporaryDirectory(prefix="essor-tests-", ignore_cleanup_errors=True)
os.environ["ESSOR_DATA"] = FOLDER.name
os.environ.pop("ESSOR_DOCUMENTS", None)
os.environ["ESSOR_SECRET_KEY"] = "only-for-tests-and-long-enough-to-be-taken"

from essor.project import settings as project  # noqa: E402
from essor.project.settings import *  # noqa: E402, F403  the project's settings are the base of these
from essor.project.translations import compile_translations  # noqa: E402

compile_translations()

UNDEFINED = "⟨undefined %s⟩"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
TEMPLATES = copy.deepcopy(project.TEMPLATES)
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UNDEFINED  # type: ignore[index]
