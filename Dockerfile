# One image for producer, worker and steward. BASE may be any Debian with Python 3.11 or newer on PATH.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
# Behind a private certificate authority: put its PEM files into deploy/ca/. Offline: put wheels into deploy/wheels/.
COPY deploy/ca/ /usr/local/share/ca-certificates/
COPY deploy/wheels/ /wheels/
RUN python3 -m venv /opt/testronaut
COPY requirements.lock ./
RUN cat /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/*.crt > /tmp/ca.pem 2>/dev/null || true; \
    [ -s /tmp/ca.pem ] && export PIP_CERT=/tmp/ca.pem; \
    /opt/testronaut/bin/pip install --no-cache-dir --disable-pip-version-check --find-links /wheels \
        --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE testronaut.py ./
COPY producer/ producer/
COPY worker/ worker/
COPY shared/ shared/
COPY migrations/ migrations/
RUN cat /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/*.crt > /tmp/ca.pem 2>/dev/null || true; \
    [ -s /tmp/ca.pem ] && export PIP_CERT=/tmp/ca.pem; \
    /opt/testronaut/bin/pip install --no-cache-dir --disable-pip-version-check --find-links /wheels --no-deps .

FROM ${BASE}
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 testronaut && useradd --uid 10001 --gid 10001 --create-home testronaut
COPY --from=build --chown=10001:10001 /opt/testronaut /opt/testronaut
ENV PATH=/opt/testronaut/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/testronaut
STOPSIGNAL SIGTERM
ENTRYPOINT ["testronaut"]
CMD ["--help"]
