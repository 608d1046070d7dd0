# One image for producer, worker and steward. BASE may be any Debian with Python 3.11 or newer on PATH.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv /opt/testronaut
# Behind a private certificate authority or without a package index: see deploy/README.md.
COPY deploy/ca/ /ca/
COPY deploy/wheels/ /wheels/
COPY deploy/pip-settings.sh ./
RUN sh pip-settings.sh /ca /wheels /opt/testronaut/bin/pip
COPY requirements.lock ./
RUN /opt/testronaut/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE testronaut.py ./
COPY producer/ producer/
COPY worker/ worker/
COPY shared/ shared/
COPY migrations/ migrations/
RUN /opt/testronaut/bin/pip install --no-cache-dir --no-deps .

FROM ${BASE}
RUN command -v bwrap \
    || { apt-get update -qq && apt-get install -y -qq --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*; }
RUN groupadd --gid 10001 testronaut && useradd --uid 10001 --gid 10001 --create-home testronaut
COPY --from=build --chown=10001:10001 /opt/testronaut /opt/testronaut
ENV PATH=/opt/testronaut/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/testronaut
STOPSIGNAL SIGTERM
ENTRYPOINT ["testronaut"]
CMD ["--help"]
