"""The project's settings, made quick and closed to the outside for tests."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("ESSOR_DATA", tempfile.mkdtemp(prefix="essor-tests-"))
os.environ.setdefault("ESSOR_SECRET_KEY", "only-for-tests")

from essor.project.settings import *  # noqa: F403  the project's settings are the base of these

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  the static files' server warns of a folder that is not there
