"""SMTP by the standard library. One connection carries many letters; TLS is always verified.

What a reply means: RFC 5321 section 4.2.1. A connection that breaks after the letter was sent and before the
answer came is ambiguous: the server may have taken it.
"""

import smtplib
import ssl
from dataclasses import dataclass, field

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.port import Letter

TIMEOUT_S = 30


@dataclass(slots=True)
class Smtp:
    """Hands letters to `host`:`port`; `security` is "starttls", "tls" or "none"."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None
    _session: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> str:
        """Hand over one letter; returns the server's reply."""
        session = self._connected()
        try:
            self._envelope(session, letter)
        except smtplib.SMTPServerDisconnected as gone:
            self.close()
            raise OutsideFailure("smtp.disconnected", kind=Failure.TRANSIENT, said=str(gone)) from gone
        except OSError as broken:
            self.close()
            raise OutsideFailure("smtp.broken", kind=Failure.TRANSIENT, said=str(broken)) from broken
        try:
            code, reply = session.data(letter.content)
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPServerDisconnected, OSError) as broken:
            self.close()
            raise OutsideFailure("smtp.no_answer", kind=Failure.AMBIGUOUS, said=str(broken)) from broken
        if code != 250:
            raise _refusal(code, reply)
        return f"{code} {_text(reply)}"

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                session.close()

    def _envelope(self, session: smtplib.SMTP, letter: Letter) -> None:
        for code, reply in (session.mail(letter.sender), session.rcpt(letter.recipient)):
            if code not in (250, 251):
                session.rset()
                raise _refusal(code, reply)

    def _connected(self) -> smtplib.SMTP:
        if self._session is None:
            try:
                self._session = self._open()
            except smtplib.SMTPAuthenticationError as refused:
                said = _text(refused.smtp_error)
                raise OutsideFailure("smtp.credentials", kind=Failure.PERMANENT, said=said) from refused
            except ssl.SSLError as untrusted:
                raise OutsideFailure("smtp.tls", kind=Failure.PERMANENT, said=str(untrusted)) from untrusted
            except (smtplib.SMTPException, OSError) as down:
                raise OutsideFailure("smtp.unreachable", kind=Failure.TRANSIENT, said=str(down)) from down
        return self._session

    def _open(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        else:
            session = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        session.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            session.starttls(context=context)
        if self.user:
            session.login(self.user, self.password)
        return session


def _refusal(code: int, reply: bytes | str) -> OutsideFailure:
    kind = Failure.TRANSIENT if 400 <= code < 500 else Failure.PERMANENT
    return OutsideFailure(f"smtp.{code}", kind=kind, said=_text(reply))


def _text(reply: bytes | str) -> str:
    return (reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:500]
