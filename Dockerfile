# One image for every service: docker build --build-arg SERVICE=invoicing .
# It holds the service's own packages only, runs as a user without rights, and needs no writable root.
ARG REGUA_PYTHON_IMAGE=python:3.12-slim

FROM ${REGUA_PYTHON_IMAGE} AS build
ARG SERVICE
WORKDIR /app
RUN test -n "${SERVICE}" || { echo "name the service: --build-arg SERVICE=invoicing"; exit 1; }
RUN python -m venv --without-pip .venv
# The needs first, so that a change of code does not install the packages again.
COPY requirements.lock ./
COPY tools/install_service.py tools/
COPY libs/brasil/pyproject.toml libs/brasil/
COPY libs/chassis/pyproject.toml libs/chassis/
COPY libs/contracts/pyproject.toml libs/contracts/
COPY services/${SERVICE}/pyproject.toml services/${SERVICE}/
RUN python tools/install_service.py "${SERVICE}" /app/.venv/bin/python
COPY libs/brasil/src libs/brasil/src
COPY libs/chassis/src libs/chassis/src
COPY libs/contracts libs/contracts
COPY services/${SERVICE} services/${SERVICE}
RUN rm -rf tools libs/*/tests services/*/tests requirements.lock && .venv/bin/python -m compileall -q .venv libs services

FROM ${REGUA_PYTHON_IMAGE}
ARG SERVICE
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app/libs/contracts/src:/app/libs/brasil/src:/app/libs/chassis/src:/app/services/${SERVICE}/src \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    SERVICE=${SERVICE}
LABEL org.opencontainers.image.title="regua-${SERVICE}" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=2).close()"]
# The shell only fills in the name; exec leaves the service itself as the first process, so that it is asked to stop.
CMD ["sh", "-c", "exec python -m chassis \"$SERVICE\""]
