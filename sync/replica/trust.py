"""How a hub with TLS is recognised: by its certificate as seen at enrolment, or by an authority of the house."""

import hashlib
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sync.errors import HubUnreachableError, RefusedError

_PATIENCE_S = 5.0
_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Trust:
    """What proves that a hub is the hub; nothing does over plain HTTP.

    Attributes:
        pin: SHA-256 of its certificate, 64 hexadecimal digits in lower case; empty where something else proves it.
        ca: A file with the authority that its certificate must come from.
    """

    pin: str = ""
    ca: Path | None = None

    def options(self) -> dict[str, Any]:
        """What urllib3's pool is made with."""
        if self.pin:
            return {"cert_reqs": "CERT_NONE", "assert_fingerprint": self.pin}
        return {"ca_certs": str(self.ca)} if self.ca else {}


def settled_trust(hub: str, pin: str = "", ca: Path | None = None) -> Trust:
    """How this hub is to be recognised from now on.

    Args:
        hub: Its address.
        pin: The SHA-256 of its certificate, as somebody read it at the hub.
        ca: A file with the authority of the house; its certificates may be renewed without a word to anybody.

    Raises:
        RefusedError: the certificate is another one, nothing says that it is the hub's, or `ca` cannot be read.
        HubUnreachableError: the hub does not answer.
    """
    parts = urlsplit(hub)
    if parts.scheme != "https":
        if pin or ca:
            raise RefusedError(f"{hub} has no certificate: give an https address, or neither --pin nor --ca")
        return Trust()
    host, port = str(parts.hostname), parts.port or 443
    if ca is not None:
        _verify(host, port, _trusting(ca), f"{hub} is not vouched for by {ca}")
        return Trust(ca=ca)
    seen = certificate_digest(host, port)
    if pin:
        if _plain(pin) != seen:
            raise RefusedError(f"{hub} shows another certificate than --pin says: {seen}")
    else:
        unknown = f"nobody vouches for the certificate of {hub}: compare it at the hub, then give --pin {seen}"
        _verify(host, port, ssl.create_default_context(), unknown)
    return Trust(pin=seen)


def certificate_digest(host: str, port: int) -> str:
    """The SHA-256 of the certificate that is shown there, whoever it is.

    Raises:
        HubUnreachableError: nobody answers with a certificate.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), _PATIENCE_S) as line, context.wrap_socket(line) as secured:
            certificate = secured.getpeercert(binary_form=True)
    except OSError as error:
        raise HubUnreachableError(f"https://{host}:{port} cannot be reached: {error}") from None
    return hashlib.sha256(certificate or b"").hexdigest()


def certificate_end(hub: str) -> datetime | None:
    """When the certificate that is shown at a hub's address is over; None over plain HTTP.

    Raises:
        HubUnreachableError: nobody answers with a certificate, or it is over already.
    """
    parts = urlsplit(hub)
    if parts.scheme != "https":
        return None
    host, port = str(parts.hostname), parts.port or 443
    try:
        shown = ssl.get_server_certificate((host, port), timeout=_PATIENCE_S)
        # It vouches for itself here: who it is was settled at enrolment, and only so its text can be had.
        context = ssl.create_default_context(cadata=shown)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        with socket.create_connection((host, port), _PATIENCE_S) as line, context.wrap_socket(line) as secured:
            text = str((secured.getpeercert() or {})["notAfter"])
    except (OSError, KeyError) as error:
        raise HubUnreachableError(f"the certificate of {hub} cannot be used: {error}") from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _trusting(ca: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca))
    except OSError as error:  # of a file that is no certificate, too
        raise RefusedError(f"{ca} holds no certificate of an authority that can be read: {error.strerror}") from None


def _verify(host: str, port: int, context: ssl.SSLContext, refusal: str) -> None:
    try:
        with (
            socket.create_connection((host, port), _PATIENCE_S) as line,
            context.wrap_socket(line, server_hostname=host),
        ):
            return
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(f"{refusal} ({error.verify_message})") from None
    except OSError as error:
        raise HubUnreachableError(f"https://{host}:{port} cannot be reached: {error}") from None


def _plain(pin: str) -> str:
    digits = re.sub(r"[:\s]", "", pin).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", digits):
        raise RefusedError(f"--pin {pin[:20]!r} is no SHA-256: give {_DIGITS} hexadecimal digits")
    return digits
