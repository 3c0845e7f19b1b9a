# Two stages: the first has pip and the sources, the second only what runs.
FROM debian:trixie-slim AS build

RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python3 -m venv /opt/connector \
 && /opt/connector/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    -r requirements/runtime.txt -r requirements/build.txt

COPY . .
RUN /opt/connector/bin/pip install --no-cache-dir --disable-pip-version-check --no-index --no-deps --no-build-isolation . \
 && /opt/connector/bin/pip uninstall -q -y flit_core pip


FROM debian:trixie-slim

RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/connector --shell /usr/sbin/nologin connector \
 && install -d -o connector -g connector -m 0700 /var/lib/connector \
 && install -d -m 0755 /etc/connector

COPY --from=build /opt/connector /opt/connector

ENV PATH=/opt/connector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CONNECTOR_CONFIG=/etc/connector/config.toml \
    CONNECTOR_STORE__URL=sqlite:////var/lib/connector/connector.db

USER 10001:10001
WORKDIR /var/lib/connector
VOLUME /var/lib/connector
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["connector", "healthcheck"]
ENTRYPOINT ["connector"]
CMD ["run"]
