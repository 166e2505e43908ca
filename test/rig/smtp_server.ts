import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../src/service/http/server/certificate_authority.ts'
import { skipWithout } from './debian_package.ts'
import { Running } from './running.ts'

export const skipSmtp = skipWithout(
  'python3-aiosmtpd',
  '/usr/lib/python3/dist-packages/aiosmtpd/smtp.py',
)

export const smtpLogin = { username: 'mfa', password: 'hunter2-äöü' }

/** A mail as the server has taken it, read by Python's own parser. */
export interface TakenMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
  /** Names in lower case, values decoded. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly text: string
  readonly html: string | null
  readonly secured: boolean
  /** As EHLO names it. */
  readonly clientName: string
  readonly username: string | null
}

export interface SmtpServerOptions {
  readonly security?: 'starttls' | 'tls' | 'none'
  /** Whether it wants a login. */
  readonly login?: boolean
  /** What its certificate is for. */
  readonly names?: readonly string[]
}

const script = `
import asyncio, json, ssl, sys
from email import message_from_bytes, policy
from aiosmtpd.smtp import SMTP, AuthResult
security, login, cert, key, username, password = sys.argv[1:]

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('unknown@'):
            return '550 5.1.1 no such user here: ' + address
        if address.startswith('later@'):
            return '451 4.7.1 greylisted, try again'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = lambda kind: (body := mail.get_body((kind,))) and body.get_content()
        headers = {}
        for name, value in mail.items():
            headers.setdefault(name.lower(), []).append(str(value))
        print(json.dumps({
            'envelope': {'from': envelope.mail_from, 'to': envelope.rcpt_tos},
            'headers': headers, 'text': part('plain'), 'html': part('html'),
            'secured': session.ssl is not None or security == 'tls',
            'clientName': session.host_name,
            'username': session.auth_data.decode() if session.auth_data else None,
        }), flush=True)
        return '552 5.2.2 mailbox full' if envelope.rcpt_tos[0].startswith('full@') else '250 OK'

def check(server, session, envelope, mechanism, data):
    right = data.login == username.encode() and data.password == password.encode()
    return AuthResult(success=right, handled=right, auth_data=data.login)

async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    starttls = security == 'starttls'
    make = lambda: SMTP(
        Handler(), hostname='mail.example', enable_SMTPUTF8=True,
        tls_context=context if starttls else None, require_starttls=starttls,
        authenticator=check if login == 'yes' else None,
        auth_required=login == 'yes', auth_require_tls=starttls)
    server = await asyncio.get_running_loop().create_server(
        make, '127.0.0.1', 0, ssl=context if security == 'tls' else None)
    print('port', server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
`

/** Debian's aiosmtpd on a free port, with optional TLS and login. */
export class SmtpServer {
  readonly port: number
  readonly caFile: string
  readonly #folder: string
  readonly #running: Running
  #taken = 0

  private constructor(port: number, folder: string, running: Running) {
    this.port = port
    this.#folder = folder
    this.caFile = join(folder, 'ca.pem')
    this.#running = running
  }

  static async start(options: SmtpServerOptions = {}): Promise<SmtpServer> {
    const { security = 'starttls', login = false, names = ['127.0.0.1'] } = options
    const folder = mkdtempSync(join(tmpdir(), 'smtp-'))
    const authority = await makeAuthority(Date.now())
    const { certificate, key } = await makeServerCertificate(authority, names, Date.now())
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    writeFileSync(certFile, certificate)
    writeFileSync(keyFile, key)
    writeFileSync(join(folder, 'ca.pem'), authority.certificate)
    const { username, password } = smtpLogin
    const args = [security, login ? 'yes' : 'no', certFile, keyFile, username, password]
    const running = new Running('/usr/bin/python3', ['-c', script, ...args])
    const [, port] = await running.prints(/^port (\d+)$/m)
    return new SmtpServer(Number(port), folder, running)
  }

  /** The next mail that comes. */
  async mail(): Promise<TakenMail> {
    const nth = new RegExp(`^(?:[^]*?^(\\{.*)\\n){${++this.#taken}}`, 'm')
    const [, line = ''] = await this.#running.prints(nth)
    return JSON.parse(line)
  }

  /** How many have come in all. */
  get count(): number {
    return this.#running.stdout.match(/^\{/gm)?.length ?? 0
  }

  async close(): Promise<void> {
    await this.#running.stop('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
