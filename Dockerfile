# One image for the web, the worker and beat; docker-compose.yml says which command each runs.
FROM python:3.13-slim AS packages
COPY requirements/prod.txt /tmp/prod.txt
RUN python -m venv /opt/portico \
 && /opt/portico/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/prod.txt

FROM python:3.13-slim
ENV PATH=/opt/portico/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/var/lib/portico/media \
    STATIC_ROOT=/opt/portico/static
RUN useradd --system --home-dir /srv/portico --uid 10001 portico \
 && install --directory --owner portico /var/lib/portico/media
COPY --from=packages /opt/portico /opt/portico
WORKDIR /srv/portico
COPY . .
# Settings have to be readable to collect files; nothing of these values stays in the image.
RUN for po in locale/*/LC_MESSAGES/*.po; do \
      pybabel --quiet compile --input-file "$po" --output-file "${po%.po}.mo" || exit; \
    done \
 && PUBLIC_URL=https://build.example SECRET_KEY=build PORTICO_SECRETS_KEY=build \
    DATABASE_URL=postgresql:///build REDIS_URL=redis://build EMAIL_URL=smtp://build \
    MAIL_FROM=build@build.example python manage.py collectstatic --no-input --verbosity 0
USER portico
EXPOSE 8000
CMD ["gunicorn", "--config", "python:portal.web", "portal.wsgi"]
