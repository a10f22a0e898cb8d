# Có Dấu for containers: `docker build -t codau .`, then the command is `codau api`, `codau worker` or any other.

FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/codau
COPY requirements.lock /build/
RUN /opt/codau/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r /build/requirements.lock
COPY pyproject.toml README.md LICENSE /build/
COPY service /build/service
COPY workers /build/workers
COPY examples /build/examples
RUN /opt/codau/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation /build \
    && /opt/codau/bin/pip uninstall --yes setuptools pip

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/codau --create-home --skel /dev/null --shell /usr/sbin/nologin codau
COPY --from=build /opt/codau /opt/codau
ENV PATH=/opt/codau/bin:$PATH PYTHONUNBUFFERED=1 CODAU_HOST=0.0.0.0 CODAU_DATA_DIR=/var/lib/codau
USER codau
WORKDIR /var/lib/codau
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["codau"]
CMD ["api"]
