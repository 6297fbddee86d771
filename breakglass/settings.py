"""Every setting of the portal. They come from the environment alone; the README lists them."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from breakglass import env, env_urls

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env.text("SECRET_KEY")
KEY_ENCRYPTION_SECRET = env.text("KEY_ENCRYPTION_SECRET")
if len(KEY_ENCRYPTION_SECRET) < 32:
    raise ImproperlyConfigured("KEY_ENCRYPTION_SECRET is too short: set it to 32 random characters or more.")
SITE_URL = env.text("SITE_URL").rstrip("/")
_site = env_urls.origin(SITE_URL)
DEBUG = False
ALLOWED_HOSTS = [_site.hostname]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SIGNER = env.text("SIGNER", "embedded")
if SIGNER != "embedded":
    raise ImproperlyConfigured(f"SIGNER is {SIGNER!r}: set it to embedded.")

# The database. On SQLite every transaction that may write takes its lock at once: no upgrade can deadlock.
DATABASES = {"default": env_urls.database(env.text("DATABASE_URL"))}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env_urls.cache(env.text("CACHE_URL", "db://django_cache"))}

INSTALLED_APPS = [
    # Without autodiscovery: the admins that packages bring along (accounts, queues) are registered nowhere.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "breakglass",
    "tenants",
    "audit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_q",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.drafts.KeepWhatWasTyped",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "breakglass.urls"
WSGI_APPLICATION = "breakglass.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "breakglass.views.banner.active_bypasses",
            ],
        },
    },
]

# Who signs in, and how. Accounts are made by the tenant's admins: nobody signs up.
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenants.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers can't have the portal write to whomever they like
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip"}  # not by account: nobody may keep somebody else signed out
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 60 * 60

# What the browser is told.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "breakglass.views.errors.csrf_failure"
if _site.scheme == "https":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
# A redirect is a success to `curl -f` and to a health probe: these answer for themselves.
SECURE_REDIRECT_EXEMPT = [r"^t/[^/]+/(?:api|access|opa)/", r"^(?:livez|readyz)$"]
if env.number("TRUSTED_PROXY_COUNT", 0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Mail goes to an SMTP server, or to files in a directory.
MAILERS = {"default": env_urls.mailer(env.text("EMAIL_URL"))}
DEFAULT_FROM_EMAIL = f"Breakglass <breakglass@{_site.hostname}>"
# Webhooks go to public addresses by https; the hosts that the operator vouches for (host:port, ...) may be others.
WEBHOOK_ALLOW = env.names("WEBHOOK_ALLOW")

# The page of parts at /styleguide/, for those who build pages.
STYLEGUIDE = env.text("STYLEGUIDE", "0") == "1"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from where they are: nothing to collect, nothing to forget
STATICFILES_DIRS = [BASE_DIR / "static"]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
FORMAT_MODULE_PATH = "breakglass.formats"

# At-least-once: a task that outlives `timeout` is killed before `retry` hands it to another worker.
Q_CLUSTER = {
    "name": "breakglass",
    "orm": "default",
    "workers": 2,  # so that a slow mail server does not keep the sweep waiting
    "timeout": 60,
    "retry": 120,
    "max_attempts": 5,
    "ack_failures": False,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 100,
    "label": "tasks",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools")},  # they tell every step
}
