# Two stages: phevaluator has no wheel for Linux on arm64 and is compiled there.  The final image has
# neither compiler nor source tree, and no PostgreSQL: DATABASE_URL names a server.
ARG PYTHON=3.13.11-slim-trixie

FROM python:${PYTHON} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv .venv
# Dependencies are a separate layer, so that code changes do not install them again.
COPY pyproject.toml constraints.txt LICENSE ./
COPY pokerws/__init__.py pokerws/
RUN .venv/bin/pip install --no-cache-dir -c constraints.txt '.[server,cluster]'
# Installed, not linked, so that pip compiles it: the container's file system may be read-only.
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps --force-reinstall .


FROM python:${PYTHON}
# The volume of the vault key takes its owner from this directory.
RUN groupadd --gid 1000 poker \
    && useradd --uid 1000 --gid poker --no-create-home --shell /usr/sbin/nologin poker \
    && install -d -o poker -g poker /app/var
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY server.py LICENSE ./
# By number, so that Kubernetes sees that it is not root.
USER 1000:1000
# Listen on all interfaces: the container's loopback is not reachable from outside.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8765
EXPOSE 8765
# It reads the same settings as the server, and so knows its port and whether it speaks TLS.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "server.py", "health"]
STOPSIGNAL SIGTERM
CMD ["python", "server.py"]
