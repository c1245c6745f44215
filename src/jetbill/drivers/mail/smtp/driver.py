"""SMTP by the standard library. One connection carries many letters; TLS is always verified.

What a reply means: RFC 5321 section 4.2.1, RFC 3463. A connection that breaks after the letter was sent and
before the answer came is ambiguous: the server may have taken it.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.port import ADDRESS_REFUSED, Letter, Security

TIMEOUT_S = 30


@dataclass(slots=True)
class Smtp:
    """Hands letters to `host`:`port`; `security` is none only when said in so many words."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    timeout_s: int = TIMEOUT_S
    _session: smtplib.SMTP | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.security = Security(self.security)

    def send(self, letter: Letter) -> str:
        """Hand over one letter; returns the server's reply."""
        letter.refuse_unusable_addresses()
        session = self._connected()
        try:
            self._envelope(session, letter)
        except (smtplib.SMTPServerDisconnected, OSError) as gone:
            self._drop()
            raise OutsideFailure("smtp.disconnected", kind=Failure.TRANSIENT, said=str(gone)) from gone
        return self._content(session, letter)

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                session.close()

    def _envelope(self, session: smtplib.SMTP, letter: Letter) -> None:
        code, reply = session.mail(letter.sender)
        if code != 250:
            self._start_over(session, code)
            raise _refusal(code, reply)
        code, reply = session.rcpt(letter.recipient)
        if code not in (250, 251, 252):
            self._start_over(session, code)
            raise _refusal(code, reply, is_recipient=True)

    def _content(self, session: smtplib.SMTP, letter: Letter) -> str:
        try:
            code, reply = session.data(letter.content)
        except smtplib.SMTPDataError as refused:  # the answer to DATA, before anything was sent
            self._start_over(session, refused.smtp_code)
            raise _refusal(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPServerDisconnected, OSError) as broken:
            self._drop()
            raise OutsideFailure("smtp.no_answer", kind=Failure.AMBIGUOUS, said=str(broken)) from broken
        if code != 250:
            self._start_over(session, code)
            raise _refusal(code, reply)
        return f"{code} {_text(reply)}"

    def _start_over(self, session: smtplib.SMTP, code: int) -> None:
        """After a refusal the next letter starts clean; 421 says that the server hangs up."""
        try:
            if code == 421:
                self._drop()
            else:
                session.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _connected(self) -> smtplib.SMTP:
        if self._session is not None:
            return self._session
        try:
            self._session = self._open()
        except smtplib.SMTPAuthenticationError as refused:
            raise _unusable("smtp.credentials", _text(refused.smtp_error), refused.smtp_code) from refused
        except smtplib.SMTPNotSupportedError as lacking:
            raise _unusable("smtp.tls", str(lacking), 500) from lacking
        except smtplib.SMTPResponseException as refused:
            raise _unusable("smtp.unreachable", _text(refused.smtp_error), refused.smtp_code) from refused
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as cut:
            raise _unusable("smtp.unreachable", str(cut), 400) from cut
        except ssl.SSLError as untrusted:
            raise _unusable("smtp.tls", str(untrusted), 500) from untrusted
        except (smtplib.SMTPException, OSError) as down:
            raise _unusable("smtp.unreachable", str(down), 400) from down
        return self._session

    def _open(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        name = socket.gethostname()  # not getfqdn: that may wait for a name server
        session: smtplib.SMTP
        if self.security is Security.TLS:
            session = smtplib.SMTP_SSL(self.host, self.port, name, timeout=self.timeout_s, context=context)
        else:
            session = smtplib.SMTP(self.host, self.port, name, timeout=self.timeout_s)
        try:
            session.ehlo_or_helo_if_needed()
            if self.security is Security.STARTTLS:
                session.starttls(context=context)
                session.ehlo_or_helo_if_needed()
            if self.user:
                session.login(self.user, self.password)
        except BaseException:
            session.close()
            raise
        return session


def _unusable(code: str, said: str, reply: int) -> OutsideFailure:
    kind = Failure.TRANSIENT if 400 <= reply < 500 else Failure.PERMANENT
    return OutsideFailure(code, kind=kind, said=said)


def _refusal(code: int, reply: bytes | str, *, is_recipient: bool = False) -> OutsideFailure:
    """4yz is transient. 5.1.x (RFC 3463: bad address), or 551 and 553 to RCPT, is about this address."""
    said = _text(reply)
    if 400 <= code < 500:
        return OutsideFailure(f"smtp.{code}", kind=Failure.TRANSIENT, said=f"{code} {said}")
    is_address = is_recipient and (code in (551, 553) or re.match(r"5\.1\.[1236]\b", said))
    name = ADDRESS_REFUSED if is_address else f"smtp.{code}"
    return OutsideFailure(name, kind=Failure.PERMANENT, said=f"{code} {said}")


def _text(reply: bytes | str) -> str:
    return (reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:500]
