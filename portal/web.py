"""How gunicorn serves the portal: `gunicorn --config python:portal.web portal.wsgi`.

The portal writes the access log itself (`portal.middleware`), because an address can be a secret.
"""

from portal import env

bind = env.text("BIND", default="0.0.0.0:8000")
worker_class = "gthread"
workers = env.number("WEB_CONCURRENCY", default=2)
threads = env.number("WEB_THREADS", default=4)
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.lib.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}
