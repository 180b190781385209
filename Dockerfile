# Two stages: phevaluator has no wheel for Linux on arm64 and is compiled there. The final image needs
# no compiler.
FROM python:3.13-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv .venv
# Dependencies are a separate layer, so that code changes do not rebuild it.
COPY pyproject.toml constraints.txt LICENSE ./
COPY pokerws/__init__.py pokerws/
RUN .venv/bin/pip install --no-cache-dir -c constraints.txt -e '.[server]'


FROM python:3.13-slim
# PostgreSQL refuses to run as root, and the server does not need it.
RUN useradd --create-home --uid 1000 poker \
    && install -d -o poker -g poker /app/var
WORKDIR /app
COPY --from=build /app /app
COPY . .
USER poker
# Listen on all interfaces: the container's loopback is not reachable from outside.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8765
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["python", "server.py"]
