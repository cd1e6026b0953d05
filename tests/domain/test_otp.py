"""One-time passwords in texts, and what only looks like one."""

from __future__ import annotations

import pytest

from mock_server.domain.otp import find_otps

REAL_TEXTS = [
    ("Your Acme verification code is 482913. Do not share it with anyone.", ("482913",)),
    ("482913 is your Acme login code. It expires in 10 minutes.", ("482913",)),
    ("Use 7741 to confirm your payment of $1,299.00 to Shop Ltd on 01/02/2026 at 14:30.", ("7741",)),
    ("Acme: your one-time password is 93 (part 1).", ()),
    ("Never share this code. Acme will never call you. Code: 551 902", ("551902",)),
    ("Your security code is: QX7-92K", ("QX7-92K",)),
    ("Your token = 9f8e7d", ("9f8e7d",)),
    ("mTAN: 4H7J2K for the transfer of EUR 12,50 to DE89370400440532013000", ("4H7J2K",)),
    ("Il codice per confermare l'operazione di 12,50 € è 004821. Scade alle 18:45.", ("004821",)),
    ("Gentile cliente, il Suo codice OTP: 91827364 (valido 120 secondi). Info: 800 123 456", ("91827364",)),
    ("Codice di conferma = B7K2M9. Per assistenza chiama lo 02 12345678.", ("B7K2M9",)),
    ("La tua password temporanea è: Estate2026", ("Estate2026",)),
    ("PIN: 0042", ("0042",)),
    ("Usa 551-902 per firmare il documento del 3 marzo 2026 su https://firma.example/123456.", ("551902",)),
    ("Ricarica di 20 euro effettuata il 15.01.2026. Saldo 1.234,56 EUR.", ()),
    ("Il tuo pacco arriva oggi tra le 14:30 e le 16:30, info su track.example/99887766", ()),
    ("Rispondi STOP al 43100 per non ricevere altri messaggi.", ()),
    ("Reply with the codes 1122 and 3344", ("1122", "3344")),
    ("Your codes: ABC123 first", ("ABC123",)),
    ("Black Friday! -30% with SAVE2026 until 2026-11-30", ()),
]

SPELLINGS = [
    ("Your code is 123456", ("123456",)),
    ("G-482913 is your Google verification code.", ("482913",)),
    ("FB-48291 is your Facebook confirmation code", ("48291",)),
    ("Your WhatsApp code: 123-456", ("123456",)),
    ("Your WhatsApp code: 123 456.", ("123456",)),
    ("Codice 1234 5678", ("12345678",)),
    ("Il codice OTP è X7K9P2. Non condividerlo.", ("X7K9P2",)),
    ("Il tuo codice di verifica: AB12CD", ("AB12CD",)),
    ("Your password is hunter2", ("hunter2",)),
    ("TAN=77B3C1", ("77B3C1",)),
    ("OTP: 004821, scade tra 5 minuti", ("004821",)),
    ("Pagamento di 1234,50 € confermato. Codice 998877", ("998877",)),
    ("Pay €1234.50 with code 4421", ("4421",)),
    ("Bonifico di 1500 EUR. OTP 123456", ("123456",)),
    ("Appointment on 15 January 2026, code 1234", ("1234",)),
    ("Your PIN is 2026", ("2026",)),
    ("PIN 2026", ("2026",)),
    ("2026 is your code", ("2026",)),
    ("2026 è il tuo codice", ("2026",)),
    ("example.com/1234/5678 code 5566", ("5566",)),
    ("Usa 123456 per accedere", ("123456",)),
    ("<#> Your code is 123456 FA+9qCX9VSu", ("123456",)),
    ("123456", ("123456",)),
    ("1234", ("1234",)),
    ("Card ending in 1234: code 7788", ("7788",)),
    ("OTP-123456", ("123456",)),
    ("Codes: 123456 654321", ("123456", "654321")),
    ("Your verification code is: 'A1-B2C3'", ("A1-B2C3",)),
    ("your code 123456 was used, 123456", ("123456",)),
    ("Il codice e' 8F3K", ("8F3K",)),
    ("code:123456", ("123456",)),
    ("(123456)", ("123456",)),
    ("*123456*", ("123456",)),
    ("Codice: 123456.", ("123456",)),
    ("@example.com #123456", ("123456",)),
]

NOT_OTPS = [
    "Addebito di EUR 1500 sulla carta ****1234",
    "Call +44 7700 900123 or 020 7946 0018",
    "Chiama il 187 o il numero verde 800 123 456",
    "Tel. 06 1234567",
    "Call us at 1500.",
    "Appuntamento il 15/01/2026 alle 14:30",
    "Appointment on 2026-01-15 at 09.30",
    "January 15, 2026",
    "gennaio 2026",
    "Since 2026 we do",
    "See https://example.com/123456 or a1234@example.com",
    "123",
    "123456789",
    "valid for 1440 minutes",
    "Text STOP to 43100",
    "Rispondi STOP al 43100",
    "code 123 456 789",
    "1.234.567",
    "Hello",
    "Versione 2.1234",
]


@pytest.mark.parametrize(("text", "otps"), REAL_TEXTS)
def test_otps_are_found_in_realistic_texts(text: str, otps: tuple[str, ...]) -> None:
    """English and Italian texts of banks and shops: what a user would type, and nothing else."""
    assert find_otps(text) == otps


@pytest.mark.parametrize(("text", "otps"), SPELLINGS)
def test_an_otp_is_found_in_any_of_its_usual_spellings(text: str, otps: tuple[str, ...]) -> None:
    """Digits alone, in two halves, after a letter, or mixed with letters after a word that announces them."""
    assert find_otps(text) == otps


@pytest.mark.parametrize("text", NOT_OTPS)
def test_other_digits_are_not_an_otp(text: str) -> None:
    """Phone numbers, amounts, dates, times, years, links, addresses, cards and short codes."""
    assert find_otps(text) == ()


@pytest.mark.parametrize(
    "text", ["1" * 20_000, "code " * 4_000 + "1", "1 " * 10_000, "code is " * 3_000, "12:" * 8_000]
)
def test_a_text_crafted_to_be_slow_is_searched_quickly(text: str) -> None:
    """No pattern backtracks over a long text: the longest text that can be sent takes only a moment."""
    assert isinstance(find_otps(text), tuple)


def test_an_announcement_is_searched_for_near_the_otp_only() -> None:
    """The words around a year decide, so a text full of years takes linear time."""
    assert find_otps("code 1999 " * 20_000) == ("1999",)
    assert find_otps("code: " + "x" * 200 + " 1999") == ()
