import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.errors import HomeError
from sync.hub.home import make_hub_home
from sync.hub.tls import Certificate, Reach, make_reach, read_reach
from tests.certificates import make_certificate


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_needs_no_tls(host: str) -> None:
    Reach().check(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hub.example"])  # noqa: S104 - refused
def test_beyond_this_machine_nobody_listens_in(host: str, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="--tls-cert FILE"):
        Reach().check(host)
    make_reach(str(tmp_path / "a"), str(tmp_path / "b"), ()).check(host)
    make_reach(None, None, ["10.0.0.0/8"]).check(host)


def test_half_a_pair_and_what_is_no_network_are_refused() -> None:
    with pytest.raises(HomeError, match="go together"):
        make_reach("hub.crt", None, ())
    with pytest.raises(HomeError, match="is no network"):
        make_reach(None, None, ["10.0.0.5/8"])
    with pytest.raises(HomeError, match="list of texts"):
        read_reach({"behind_proxy": "10.0.0.0/8"})


def test_a_home_remembers_how_it_is_reached(tmp_path: Path) -> None:
    home = make_hub_home(tmp_path / "hub")
    assert home.reach == Reach()
    reach = make_reach(str(tmp_path / 'a "b".crt'), str(tmp_path / "b.key"), ["10.0.0.0/8", "fd00::/8"])
    assert home.use_reach(reach).reach == reach
    assert home.use_reach(Reach()).reach == reach
    assert "[" not in (tmp_path / "hub" / "hub.toml").read_text(encoding="utf-8").splitlines()


def test_no_older_tls_than_1_2_is_spoken(tmp_path: Path) -> None:
    assert Certificate(*make_certificate(tmp_path)).context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_renewed_certificate_is_taken_and_a_broken_one_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    cert, key = make_certificate(tmp_path, days=5)
    certificate = Certificate(cert, key)
    assert certificate.is_old(now)
    assert not certificate.renew(now)

    key.write_text("no key")
    assert not certificate.renew(now)
    assert "is not used" in caplog.text
    caplog.clear()
    assert not certificate.renew(now), "it is told once"
    assert caplog.text == ""

    make_certificate(tmp_path, days=80)
    assert certificate.renew(now)
    assert "80 days from now" in caplog.text
    assert not certificate.is_old(now)
    assert certificate.is_old(now + timedelta(days=60))

    cert.unlink()
    assert not certificate.renew(now)


def test_files_that_are_no_certificate_are_refused_in_one_line(tmp_path: Path) -> None:
    _, key = make_certificate(tmp_path)
    other, _ = make_certificate(tmp_path, "other")
    for pair in ((tmp_path / "none", key), (key, key), (other, key)):
        with pytest.raises(HomeError) as refused:
            Certificate(*pair)
        assert len(str(refused.value).splitlines()) == 1
