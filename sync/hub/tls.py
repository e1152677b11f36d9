"""How the hub is reached from other machines: over TLS, its own or that of a proxy before it."""

import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

from cryptography import x509

from sync.errors import HomeError

RENEW_BEFORE = timedelta(days=21)
"""So long before its end a certificate is spoken of."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """How others reach the hub.

    Attributes:
        cert: The hub's certificate with those that vouch for it, in PEM; None: it speaks no TLS itself.
        key: Its key.
        proxies: The networks of the proxies that are believed whom they speak for, and that it was over TLS.
    """

    cert: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`proxies`, as networks."""
        return tuple(ip_network(one) for one in self.proxies)

    @property
    def scheme(self) -> str:
        """Of the address that the hub itself listens on."""
        return "https" if self.cert else "http"

    def check(self, host: str) -> None:
        """Does nothing where nobody can listen in on who asks the hub at `host`.

        Raises:
            HomeError: passwords and records would travel in plain text.
        """
        if not (self.cert or self.proxies or _is_loopback(host)):
            raise HomeError(
                f"{host} is reached from other machines: give --tls-cert FILE and --tls-key FILE, or --behind-proxy "
                "CIDR for the proxy that speaks TLS"
            )


def make_reach(cert: str | None, key: str | None, proxies: Sequence[str]) -> Reach:
    """What options or settings say.

    Raises:
        HomeError: half of a pair, or no network.
    """
    if bool(cert) != bool(key):
        raise HomeError("a certificate and its key go together: give both --tls-cert and --tls-key")
    for network in proxies:
        try:
            ip_network(network)
        except ValueError:
            raise HomeError(f"{network!r} is no network: give one such as 10.0.0.5/32 or 10.1.0.0/16") from None
    if cert and key:
        return Reach(Path(cert).absolute(), Path(key).absolute(), tuple(proxies))
    return Reach(proxies=tuple(proxies))


def read_reach(settings: Mapping[str, Any]) -> Reach:
    """What the parsed `hub.toml` says: `tls_cert`, `tls_key`, `behind_proxy`.

    Raises:
        HomeError: it makes no sense.
    """
    cert, key, proxies = settings.get("tls_cert"), settings.get("tls_key"), settings.get("behind_proxy", [])
    if not all(isinstance(one, str) for one in (cert or "", key or "", *proxies)) or not isinstance(proxies, list):
        raise HomeError("hub.toml: tls_cert and tls_key are texts, behind_proxy is a list of texts")
    return make_reach(cert, key, proxies)


class Certificate:
    """The hub's certificate and key, as they are in their files.

    Args:
        cert: Its file.
        key: Its key's file.

    Raises:
        HomeError: they cannot be used.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        self._files = cert, key
        self._seen = self._stamp()
        self.context = self._load(_context())

    @property
    def ends(self) -> datetime:
        """When it is over."""
        return x509.load_pem_x509_certificate(self._files[0].read_bytes()).not_valid_after_utc

    def renew(self, now: datetime) -> bool:
        """Takes renewed files for the connections to come, and whether it did; tells the log of what is wrong."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return False
            self._seen = stamp
            self._load(_context())  # first aside: what serves must not be half replaced
            self._load(self.context)
        except (HomeError, OSError) as error:
            _LOG.error("the renewed certificate is not used: %s", error)
            return False
        _LOG.warning("a renewed certificate is used, %s", self.lasts(now))
        return True

    def lasts(self, now: datetime) -> str:
        """How long it does, in words."""
        return f"valid until {self.ends:%Y-%m-%d}, {(self.ends - now).days} days from now"

    def is_old(self, now: datetime) -> bool:
        """Whether it wants renewal."""
        return self.ends - now < RENEW_BEFORE

    def _stamp(self) -> tuple[int, ...]:
        try:
            return tuple(number for path in self._files for number in (path.stat().st_mtime_ns, path.stat().st_ino))
        except OSError as error:
            raise HomeError(f"{error.filename}: {error.strerror}") from None

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        cert, key = self._files
        try:
            # An empty passphrase: a hub that starts by itself can ask nobody for one.
            context.load_cert_chain(cert, key, password=lambda: b"")
            x509.load_pem_x509_certificate(cert.read_bytes())
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise HomeError(f"{cert} and {key} are no certificate and its unencrypted key: {reason}") from None
        return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
