"""nginx and Caddy with the configurations of `deploy/`; only ports, files and times are a test's.

Both speak TLS with one certificate, for poker.example and www.example.
"""

import re
import shutil
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.process import REPOSITORY, reserve_port
from tests.external.programs import accepts, account_for, changed, program, running
from tests.postgres_fixtures import new_directory

DEPLOY = REPOSITORY / "deploy"
NAMES = ("poker.example", "www.example")
# The name of a file that takes its own from the environment.
DEFAULT_NAME = "localhost"
UPSTREAM = "127.0.0.1:8765"
# What a distribution's own nginx.conf has around such a file.
NGINX = """
daemon off;
pid nginx.pid;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
{site}
}}
"""
CADDY = """{{
	admin off
	auto_https disable_redirects
	storage file_system {directory}
	log {{
		level WARN
	}}
}}
{site}
"""


class Proxy:
    """A running proxy: its port, and the site that it serves."""

    def __init__(self, port: int, name: str, base: str, trusting: ssl.SSLContext) -> None:
        self.port = port
        self.name = name
        self.base = base
        self.trusting = trusting

    @property
    def origin(self) -> str:
        """The origin of the site."""
        return f"https://{self.name}:{self.port}"

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"{self.origin}{self.base}"

    @property
    def socket_url(self) -> str:
        """The address of the socket."""
        return f"wss://{self.name}:{self.port}{self.base}ws"


@contextmanager
def proxy(file: str, to_port: int | None, changes: Mapping[str, str] = {}) -> Iterator[Proxy]:
    """A proxy with a file of `deploy/`, in front of a server; `changes` are of its text.

    Without a port, they are also where the file names its servers.
    """
    kind = "nginx" if file.startswith("nginx") else "caddy"
    path = program(kind)
    reserved = reserve_port()
    port: int = reserved.getsockname()[1]
    directory = new_directory()
    try:
        trusting = _certify(directory)
        site = changed((DEPLOY / file).read_text(encoding="utf-8"), changes)
        if to_port is not None:
            site = changed(site, {UPSTREAM: f"127.0.0.1:{to_port}"})
        if kind == "nginx":
            command = _nginx(path, directory, site, port)
        else:
            command = _caddy(path, directory, site, port)
        account = account_for(directory)
        with running(*command, account=account, cwd=directory, is_ready=lambda: accepts(port)):
            below = "-path" in file
            name = NAMES[below] if to_port else DEFAULT_NAME
            yield Proxy(port, name, "/poker/" if below else "/", trusting)
    finally:
        reserved.close()
        shutil.rmtree(directory)


def _nginx(path: Path, directory: Path, site: str, port: int) -> list[str | Path]:
    # Plain HTTP would need another port, and IPv6 the same one.
    site = re.sub(r"server \{\n    listen 80;.*?^\}\n", "", site, flags=re.DOTALL | re.MULTILINE)
    site = re.sub(r"    listen \[::\]:443 .*\n", "", site)
    site = changed(site, {"listen 443": f"listen 127.0.0.1:{port}"})
    for kind in ("fullchain.pem", "privkey.pem"):
        site = re.sub(rf"/etc/letsencrypt/live/[\w.]+/{kind}", str(directory / kind), site)
    (directory / "nginx.conf").write_text(NGINX.format(site=site))
    return [path, "-p", directory, "-e", "stderr", "-c", directory / "nginx.conf"]


def _caddy(path: Path, directory: Path, site: str, port: int) -> list[str | Path]:
    tls = f"\tbind 127.0.0.1\n\ttls {directory / 'fullchain.pem'} {directory / 'privkey.pem'}\n"
    site = re.sub(
        rf"^({'|'.join(map(re.escape, (*NAMES, DEFAULT_NAME)))}) \{{\n",
        rf"https://\1:{port} {{\n{tls}",
        site,
        flags=re.MULTILINE,
    )
    (directory / "Caddyfile").write_text(CADDY.format(directory=directory, site=site))
    home = f"HOME={directory}", f"XDG_CONFIG_HOME={directory}"
    config = directory / "Caddyfile"
    return ["/usr/bin/env", *home, path, "run", "--config", config, "--adapter", "caddyfile"]


def _certify(directory: Path) -> ssl.SSLContext:
    """Make the certificate; returns a context for clients that trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(map(x509.DNSName, (*NAMES, DEFAULT_NAME))), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return ssl.create_default_context(cafile=directory / "fullchain.pem")
