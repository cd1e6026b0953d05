"""Certificates to serve HTTPS with."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

SELF_SIGNED = "self-signed"


class TlsError(Exception):
    """No certificate could be loaded or created; the message says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: the chain, its key, and the authority if it was created here."""

    chain: Path
    key: Path
    authority: Path | None = None


def certificate(wanted: str, host: str) -> Certificate:
    """The certificate of `self-signed`, or of `CERT,KEY`.

    Raises:
        TlsError: it cannot be made or read.
    """
    if wanted == SELF_SIGNED:
        return _made_for(host)
    chain, comma, key = wanted.partition(",")
    if not comma:
        raise TlsError(f"must be {SELF_SIGNED!r} or two files as CERT,KEY")
    found = Certificate(Path(chain), Path(key))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(found.chain, found.key)
    except OSError as error:
        raise TlsError(f"no certificate and key could be read: {error.strerror or error}") from None
    except ValueError as error:
        raise TlsError(f"no certificate and key could be read: {error}") from None
    return found


def _made_for(host: str) -> Certificate:
    try:
        import trustme  # noqa: PLC0415 - an extra, and only needed here
    except ImportError:
        raise TlsError("needs trustme: pip install 'sms-gateway-mock[tls]'") from None
    authority = trustme.CA()
    try:
        issued = authority.issue_cert(*dict.fromkeys(("localhost", "127.0.0.1", "::1", *_names(host))))
    except ValueError as error:
        raise TlsError(f"no certificate can be made for {host!r}: {error}") from None
    folder = Path(mkdtemp(prefix="sms-mock-tls-"))
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    issued.private_key_pem.write_to_path(str(made.key))
    for number, each in enumerate(issued.cert_chain_pems):
        each.write_to_path(str(made.chain), append=number > 0)
    made.key.chmod(0o600)
    return made


def _names(host: str) -> tuple[str, ...]:
    return () if host in {"0.0.0.0", "::"} else (host,)  # noqa: S104 - recognised, not bound to
