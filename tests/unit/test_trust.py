"""A hub with TLS: recognised by its certificate as at enrolment, or by an authority, and by nothing else."""

import hashlib
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sync.errors import HubUnreachableError, OtherHubError, RefusedError
from sync.replica.hub_client import HubClient
from sync.replica.trust import Trust, settled_trust

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path

    @property
    def digest(self) -> str:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.file.read_text("ascii"))).hexdigest()


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"token":"a","refresh":"b"}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


def make_certificate(directory: Path, name: str) -> Certificate:
    made = Certificate(directory / f"{name}.pem", directory / f"{name}.key")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *about, "-keyout", made.key, "-out", made.file], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("ours"), "hub")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("another"), "another")


@contextmanager
def hub(certificate: Certificate) -> Iterator[str]:
    """The address of whoever shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who refuses our certificate breaks off
        thread.start()
        try:
            yield f"https://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused_with_what_to_compare(ours: Certificate) -> None:
    with hub(ours) as url, pytest.raises(RefusedError, match=f"give --pin {ours.digest}"):
        settled_trust(url)


def test_a_pin_read_at_the_hub_is_taken_however_it_is_written_and_another_is_refused(
    ours: Certificate, another: Certificate
) -> None:
    pairs = ":".join(ours.digest[at : at + 2] for at in range(0, 64, 2)).upper()
    with hub(ours) as url:
        trust = settled_trust(url, pairs)
        assert trust == Trust(pin=ours.digest)
        assert HubClient(url, trust=trust).tokens("r") == ("a", "b")
        with pytest.raises(RefusedError, match="another certificate"):
            settled_trust(url, another.digest)
        with pytest.raises(RefusedError, match="64 hexadecimal digits"):
            settled_trust(url, "abc")


def test_whoever_shows_another_certificate_later_is_told_nothing(ours: Certificate, another: Certificate) -> None:
    with hub(another) as url, pytest.raises(OtherHubError, match="another certificate than at enrolment"):
        HubClient(url, "token", trust=Trust(pin=ours.digest)).tokens("r")


def test_an_authority_vouches_for_the_hub_and_its_certificate_may_change(
    ours: Certificate, another: Certificate
) -> None:
    with hub(ours) as url:
        trust = settled_trust(url, ca=ours.file)
        assert HubClient(url, trust=trust).tokens("r") == ("a", "b")
        with pytest.raises(RefusedError, match="not vouched for"):
            settled_trust(url, ca=another.file)
    with hub(another) as url, pytest.raises(HubUnreachableError):
        HubClient(url, trust=trust).tokens("r")


def test_an_authority_that_cannot_be_read_is_named(ours: Certificate, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    with hub(ours) as url:
        for name in ("none.pem", "empty.pem"):
            with pytest.raises(RefusedError, match=name):
                settled_trust(url, ca=tmp_path / name)


def test_plain_http_has_nothing_to_pin() -> None:
    assert settled_trust("http://hub:8400") == Trust()
    with pytest.raises(RefusedError, match="no certificate"):
        settled_trust("http://hub:8400", "ab" * 32)


def test_nobody_there_is_told_in_one_line() -> None:
    with pytest.raises(HubUnreachableError, match="cannot be reached"):
        settled_trust("https://127.0.0.1:9", "ab" * 32)
