"""A mail server on loopback: aiosmtpd with TLS and a sign-in, which keeps what it takes.

Arguments: certificate, key, the file that gets a JSON line for each message, and `starttls`,
`implicit` or `plain`. The first line on standard output is the port.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

certificate, key, kept, mode = sys.argv[1:5]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
was_full = set()


class Mailboxes:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 there is nobody of this name"
        if address.startswith("full@") and address not in was_full:
            was_full.add(address)
            return "452 4.2.2 the mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "data": envelope.content.decode(),
            "tls": session.ssl is not None or mode == "implicit",
            "user": (session.auth_data.login.decode() if session.auth_data else None),
        }
        with open(kept, "a", encoding="utf-8") as lines:
            lines.write(json.dumps(message) + "\n")
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"mmd", b"s3cret")
    # What is not handled here is answered with 535 by the server itself.
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


def connection():
    return SMTP(
        Mailboxes(),
        hostname="localhost",
        tls_context=context if mode == "starttls" else None,
        require_starttls=mode == "starttls",
        authenticator=authenticate,
        auth_required=mode != "plain",
        auth_require_tls=mode == "starttls",
    )


async def main():
    loop = asyncio.get_running_loop()
    tls = context if mode == "implicit" else None
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
