"""Settings from the environment, with defaults that run on a laptop. See docs/settings.md for each variable."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from essor import __version__
from essor.project.environment import read_environment

ENVIRONMENT = read_environment()
PACKAGE = Path(__file__).resolve().parents[1]

DATA_DIR = ENVIRONMENT.data_dir
SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.trusted_origins
SITE_URL = ENVIRONMENT.site_url  # for the links made where there is no request
DOCUMENTS = ENVIRONMENT.documents  # a bucket; empty: the data folder
DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "essor.project",
    "essor.observatory",
    "essor.programmes",
    "essor.aid",
    "essor.cases",
    "essor.directory",
    "essor.territories",
    "essor.accounts",
    "essor.engines",
    "essor.design",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "essor.project.limits.RequestLimits",
    "essor.accounts.middleware.PermissionDoor",
]

ROOT_URLCONF = "essor.project.urls"
WSGI_APPLICATION = "essor.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "essor.project.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "essor.design.templatetags.essor"],
        },
    }
]

FORM_RENDERER = "essor.design.forms.FormRenderer"

AUTH_USER_MODEL = "accounts.User"
# One address opens an account: the user's own. allauth's backend would let in any address added to it, proven or not.
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "essor.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "essor.accounts.forms.ForgottenPasswordForm"}
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter for each change of password, key or code
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letter to an address that has no account, and the page says the same
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Essor] "
ACCOUNT_SESSION_REMEMBER = True
# The first « key » is an address from one origin, which tries sixty times an hour at most; the second, any origin.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login_failed_by_address": "300/h/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Essor"
MFA_FORMS = {
    "add_webauthn": "essor.accounts.forms.AddKeyForm",
    "edit_webauthn": "essor.accounts.forms.RenameKeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
LOGIN_REDIRECT_URL = "desk"
LOGIN_URL = "account_login"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("en", _("anglais"))]
LOCALE_PATHS = [PACKAGE / "project" / "locale"]
FORMAT_MODULE_PATH = ["essor.project.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Toronto"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Shared by the web processes: attempts to sign in are counted once, whichever process answers.
CACHES = {
    "default": {
        "BACKEND": "essor.project.keeping.Kept",
        "LOCATION": DATA_DIR / "cache",
        "KEY_PREFIX": __version__,
    }
}
vars().update(ENVIRONMENT.email)
EMAIL_TIMEOUT = 10  # seconds: without it, a mail server that never answers holds a visitor for minutes
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
PRIVACY_OFFICER = ENVIRONMENT.privacy_officer
WEB_WORKERS = ENVIRONMENT.workers
CHECKS_LINKS = ENVIRONMENT.checks_links
CSRF_FAILURE_VIEW = "essor.project.errors.show_csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 365 * 86_400 if ENVIRONMENT.https else 0
# Behind the proxy all visitors share its address: attempts to sign in are counted by the one that it says.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.https else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Django alone writes no failure anywhere unless DEBUG: here each one goes to the error output, without the form's data
# nor the token of an address.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_links": {"()": "essor.project.masking.MaskLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["mask_links"]}},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
