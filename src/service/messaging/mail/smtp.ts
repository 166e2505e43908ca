import { createTransport, type Transporter } from 'nodemailer'
import { isMailAddress } from '../../config/mail_address.ts'
import type { SmtpConfig } from '../../config/mail_section.ts'
import { DeliveryError, type MailMessage, type MailPort, type SenderName } from '../messaging.ts'
import { readCaFile } from '../provider/ca_file.ts'
import {
  connectionFailure,
  isNotConnected,
  noAnswer,
  type Peer,
} from '../provider/connection_failure.ts'

const answerMs = 10_000
const retryMs = 500
/** Limit for a whole mail, however slowly the server replies to each command. */
const wholeLimits = 3

const server: Peer = { name: 'the mail server', section: '[mail]' }

/** Sends mail through an SMTP server. */
export class Smtp implements MailPort {
  readonly #config: SmtpConfig
  readonly #sender: SenderName
  readonly #transport: Transporter
  readonly #limitMs: number

  constructor(config: SmtpConfig, sender: SenderName, limitMs = answerMs) {
    const { host, port, security, login, caFile, clientName } = config
    this.#config = config
    this.#sender = sender
    this.#limitMs = limitMs
    this.#transport = createTransport({
      host,
      port,
      ...(clientName === undefined ? {} : { name: clientName }),
      secure: security === 'tls',
      // a server that does not offer STARTTLS must not receive the password in plain text
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(login === undefined
        ? {}
        : { auth: { user: login.username, pass: login.password.reveal() } }),
      tls: { minVersion: 'TLSv1.2', ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }) },
      connectionTimeout: limitMs,
      greetingTimeout: limitMs,
      socketTimeout: limitMs,
      // never read files or URLs named in a text
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  /** @throws {DeliveryError} if the server does not accept the mail. */
  async send(message: MailMessage): Promise<void> {
    if (!isMailAddress(message.to)) {
      throw new DeliveryError('DELIVERY_REFUSED', `'${message.to}' is not a single email address`)
    }
    try {
      await this.#once(message)
    } catch (error) {
      if (!isNotConnected(errorCode(error))) throw this.#failure(error)
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      await this.#once(message).catch((again: unknown) => {
        throw this.#failure(again)
      })
    }
  }

  async #once({ to, subject, text, html }: MailMessage): Promise<void> {
    await this.#transport.sendMail({
      from: this.#from(),
      to: { name: '', address: to },
      subject,
      text,
      ...(html === undefined ? {} : { html }),
      // suppresses out-of-office replies
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.timeout(this.#limitMs * wholeLimits),
    })
  }

  /** An address that is configured with a name keeps it. */
  #from(): string | { readonly name: string; readonly address: string } {
    const { from } = this.#config
    return from.includes('<') ? from : { name: this.#sender.name, address: from }
  }

  /** The server's text contains addresses, so only its status is used. */
  #failure(error: unknown): DeliveryError {
    const status = errorStatus(error)
    if (status !== undefined) return refusal(status, errorCode(error))
    const code = errorCode(error)
    switch (code) {
      case 'EABORT':
        return noAnswer(server, this.#limitMs * wholeLimits)
      case 'GREETING_TIMEOUT':
      case 'SOCKET_TIMEOUT':
        return noAnswer(server, this.#limitMs)
      default:
        return connectionFailure(server, code)
    }
  }
}

/** Replies that reject or require credentials (RFC 4954 §6). */
const loginReplies: readonly number[] = [454, 530, 534, 535, 538]

function refusal(status: number, code: string): DeliveryError {
  if (code === 'EAUTH' || loginReplies.includes(status)) {
    return new DeliveryError(
      'DELIVERY_REFUSED',
      `the mail server rejected the credentials in [mail], or requires credentials (${status})`,
    )
  }
  if (code === 'ETLS') {
    return new DeliveryError(
      'DELIVERY_REFUSED',
      `the mail server does not offer STARTTLS (${status}); check port and security in [mail]`,
    )
  }
  if (status < 500) {
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `the mail server temporarily rejected the mail (${status}); try again later`,
    )
  }
  return new DeliveryError(
    'DELIVERY_REFUSED',
    code === 'EENVELOPE'
      ? `the mail server rejected the sender or recipient (${status})`
      : `the mail server rejected the mail (${status})`,
  )
}

interface SmtpFailure {
  readonly code?: unknown
  /** Node's error code, which nodemailer may replace with its own. */
  readonly originalCode?: unknown
  readonly timeoutType?: unknown
  readonly responseCode?: unknown
}

function errorCode(error: unknown): string {
  const { code, originalCode, timeoutType } = failureIn(error)
  return String(originalCode ?? timeoutType ?? code ?? 'unknown')
}

function errorStatus(error: unknown): number | undefined {
  const { responseCode } = failureIn(error)
  return typeof responseCode === 'number' ? responseCode : undefined
}

function failureIn(error: unknown): SmtpFailure {
  return typeof error === 'object' && error !== null ? error : {}
}
