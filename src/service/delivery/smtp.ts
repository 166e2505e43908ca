import { createTransport, type Transporter } from 'nodemailer'
import type { SmtpConfig } from '../config/delivery_config.ts'
import { readCaFile } from './ca_file.ts'
import { DeliveryError, type MailMessage, type MailPort } from './delivery.ts'

const answerMs = 10_000

/** Mail by an SMTP server. */
export class Smtp implements MailPort {
  readonly #config: SmtpConfig
  readonly #transport: Transporter

  constructor(config: SmtpConfig, limitMs = answerMs) {
    const { host, port, security, login, caFile } = config
    this.#config = config
    this.#transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      // a server that leaves STARTTLS out of its list must not get the password in clear
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(login === undefined
        ? {}
        : { auth: { user: login.username, pass: login.password.reveal() } }),
      tls: { minVersion: 'TLSv1.2', ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }) },
      connectionTimeout: limitMs,
      greetingTimeout: limitMs,
      socketTimeout: limitMs,
      // nothing is read from files or addresses that a text names
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  /** @throws {DeliveryError} */
  async send({ to, subject, text, html }: MailMessage): Promise<void> {
    const mail = {
      from: this.#config.from,
      to,
      subject,
      text,
      ...(html === undefined ? {} : { html }),
      // no out-of-office answers
      headers: { 'Auto-Submitted': 'auto-generated' },
    }
    try {
      await this.#transport.sendMail(mail)
    } catch (error) {
      // a connection that was never there has carried nothing
      if (codeOf(error) !== 'ECONNECTION' && codeOf(error) !== 'EDNS') throw failureOf(error)
      await this.#transport.sendMail(mail).catch((again: unknown) => {
        throw failureOf(again)
      })
    }
  }
}

function failureOf(error: unknown): DeliveryError {
  const code = codeOf(error)
  const response =
    error instanceof Error && 'responseCode' in error ? error.responseCode : undefined
  const said = typeof response === 'number' ? ` (${response})` : ` (${code})`
  switch (code) {
    case 'EAUTH':
      return new DeliveryError(
        'DELIVERY_REFUSED',
        `the mail server does not take username and password of [mail]${said}`,
      )
    case 'EENVELOPE':
      return new DeliveryError(
        typeof response === 'number' && response < 500
          ? 'DELIVERY_UNREACHABLE'
          : 'DELIVERY_REFUSED',
        `the mail server does not take the sender or the recipient${said}`,
      )
    case 'ETLS':
    case 'ESOCKET':
      return new DeliveryError(
        'DELIVERY_UNREACHABLE',
        `the mail server's TLS can't be used${said}; check security and ca_file of [mail]`,
      )
    default:
      return new DeliveryError(
        typeof response === 'number' && response >= 500
          ? 'DELIVERY_REFUSED'
          : 'DELIVERY_UNREACHABLE',
        `the mail could not be handed over${said}; check host and port of [mail]`,
      )
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
