"""Certificates for serving HTTPS: self-signed, read from files, or refused with one sentence."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path

import pytest
import trustme

from mock_server.adapters.tls import Certificate, TlsError, certificate


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def names(made: Certificate) -> set[tuple[str, str]]:
    """The subject alternative names of a certificate."""
    decoded = ssl._ssl._test_decode_cert(str(made.chain))  # type: ignore[attr-defined]
    return set(decoded["subjectAltName"])


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("127.0.0.1", set()),
        ("localhost", set()),
        ("0.0.0.0", set()),
        ("::", set()),
        ("10.1.2.3", {("IP Address", "10.1.2.3")}),
        ("sms-mock", {("DNS", "sms-mock")}),
    ],
)
def test_a_certificate_is_made_for_this_machine_and_the_host_that_is_bound(
    host: str, more: set[tuple[str, str]]
) -> None:
    """With its chain, a private key that only the owner may read, and the authority to trust."""
    made = certificate("self-signed", host)

    usual = {("DNS", "localhost"), ("IP Address", "127.0.0.1"), ("IP Address", "0:0:0:0:0:0:0:1")}
    assert names(made) == usual | more
    assert made.key.stat().st_mode & 0o077 == 0
    assert made.authority is not None
    ssl.create_default_context(cafile=str(made.authority))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.chain, made.key)


def test_given_files_are_used_unchanged(folder: Path) -> None:
    """No authority is named."""
    issued = trustme.CA().issue_cert("sms.example")
    chain, key = folder / "chain.pem", folder / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(chain))
    issued.private_key_pem.write_to_path(str(key))

    assert certificate(f"{chain},{key}", "127.0.0.1") == Certificate(chain, key, None)


@pytest.mark.parametrize("wanted", ["", "selfsigned", "SELF-SIGNED", "cert.pem"])
def test_one_file_or_another_word_is_refused_with_what_is_allowed(wanted: str) -> None:
    """The message names both forms."""
    with pytest.raises(TlsError, match="must be 'self-signed' or two files as CERT,KEY"):
        certificate(wanted, "127.0.0.1")


@pytest.mark.parametrize("wanted", [",", "no-such.pem,no-such.key", "{0},{0}", "{1},{2}", "{0}/,x", "a\0b,c"])
def test_files_that_hold_no_certificate_and_its_key_are_refused(folder: Path, wanted: str) -> None:
    """Missing, not PEM, or the key of another certificate: one sentence for each."""
    junk, chain, key = folder / "junk.pem", folder / "chain.pem", folder / "key.pem"
    junk.write_text("junk")
    trustme.CA().issue_cert("one.example").cert_chain_pems[0].write_to_path(str(chain))
    trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(str(key))

    with pytest.raises(TlsError, match="no certificate and key could be read: "):
        certificate(wanted.format(junk, chain, key), "127.0.0.1")


def test_a_host_that_no_certificate_can_name_is_refused(folder: Path) -> None:
    """No file is left behind."""
    with pytest.raises(TlsError, match="no certificate can be made for 'not a host'"):
        certificate("self-signed", "not a host")

    assert list(folder.iterdir()) == []


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trustme is an extra."""
    monkeypatch.setitem(sys.modules, "trustme", None)

    with pytest.raises(TlsError, match=r"needs trustme: pip install 'sms-gateway-mock\[tls\]'"):
        certificate("self-signed", "127.0.0.1")
