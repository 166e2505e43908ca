import { createHash, webcrypto } from 'node:crypto'
import { isRecord } from '../../src/duo/index.ts'
import {
  activationText,
  answerText,
  type Decision,
  requestText,
} from '../../src/push/signed_text.ts'
import type { Answer, RawRequest } from './service_client.ts'
import { untilFound } from './until.ts'

const { subtle } = webcrypto
const keyKind = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signatureKind = { name: 'ECDSA', hash: 'SHA-256' } as const

/** Sends a request to the service, as `ServiceClient.send` does. */
export type Send = (raw: RawRequest) => Promise<Answer>

export interface PushPhoneOptions {
  readonly name?: string
  /** The phone's clock. */
  readonly now?: () => number
}

/** How a phone answers; defaults are those of an honest app. */
export interface PhoneAnswer {
  readonly code?: string
  readonly time?: number
  /** Sent instead of the signed decision. */
  readonly sentDecision?: Decision
  /** Sent instead of the signed txid. */
  readonly sentTxid?: string
  /** Another phone that signs. */
  readonly signer?: PushPhone
}

/** A phone with the push app; sends the same requests as the app. */
export class PushPhone {
  /** `DP…` */
  readonly phoneId: string
  /** The activation's answer. */
  readonly activated: Readonly<Record<string, unknown>>
  /** Secret of its passcode generator, in base32. */
  readonly oathSecret: string
  readonly #send: Send
  readonly #key: webcrypto.CryptoKey
  readonly #now: () => number

  private constructor(
    send: Send,
    key: webcrypto.CryptoKey,
    activated: Readonly<Record<string, unknown>>,
    now: () => number,
  ) {
    this.#send = send
    this.#key = key
    this.#now = now
    this.activated = activated
    this.phoneId = String(activated.device)
    this.oathSecret = isRecord(activated.oath) ? String(activated.oath.secret) : ''
  }

  /** @throws if the service refuses the code. */
  static async activate(
    send: Send,
    code: string,
    { name = 'test phone', now = () => Date.now() }: PushPhoneOptions = {},
  ): Promise<PushPhone> {
    const { key, body } = await activationLink(code, name)
    const answer = await send({ method: 'POST', path: '/app/api/activate', body })
    if (answer.status !== 200) throw new Error(`not activated: ${answer.text}`)
    return new PushPhone(send, key, answer.body, now)
  }

  /** The same phone, over another connection to the service. */
  over(send: Send): PushPhone {
    return new PushPhone(send, this.#key, this.activated, this.#now)
  }

  /** A signed request. */
  async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return await this.#send({
      method,
      path,
      body,
      headers: { ...(await this.signedHeaders(method, path, body)), ...headers },
    })
  }

  async signedHeaders(
    method: string,
    path: string,
    body = '',
  ): Promise<Readonly<Record<string, string>>> {
    const time = String(this.#now())
    const bodyHash = createHash('sha256').update(body).digest('hex')
    return {
      'x-countersign-device': this.phoneId,
      'x-countersign-time': time,
      'x-countersign-signature': await this.sign(requestText(method, path, time, bodyHash)),
    }
  }

  /** The sign-ins that wait for this phone. */
  async requests(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { body } = await this.call('GET', '/app/api/requests')
    return Array.isArray(body.requests) ? body.requests : []
  }

  /** Waits until a sign-in waits for this phone. @returns The oldest one. */
  async nextRequest(): Promise<Readonly<Record<string, unknown>>> {
    return await untilFound(async () => (await this.requests())[0])
  }

  async answer(txid: string, decision: Decision, options: PhoneAnswer = {}): Promise<Answer> {
    const { code = '', time = this.#now(), signer = this } = options
    const signature = await signer.sign(answerText(txid, decision, time, code))
    return await this.call(
      'POST',
      '/app/api/answer',
      JSON.stringify({
        txid: options.sentTxid ?? txid,
        decision: options.sentDecision ?? decision,
        time,
        ...(code === '' ? {} : { code }),
        signature,
      }),
    )
  }

  /** Waits for the next sign-in, and answers it. */
  async answerNext(decision: Decision, options: PhoneAnswer = {}): Promise<Answer> {
    const { txid } = await this.nextRequest()
    return await this.answer(String(txid), decision, options)
  }

  async sign(text: string): Promise<string> {
    return await signed(this.#key, text)
  }
}

/** Creates a key, and the request that registers it. */
export async function activationLink(
  code: string,
  name = 'test phone',
): Promise<{ readonly key: webcrypto.CryptoKey; readonly body: string }> {
  const { publicKey, privateKey } = await subtle.generateKey(keyKind, false, ['sign', 'verify'])
  const spki = Buffer.from(await subtle.exportKey('spki', publicKey)).toString('base64url')
  const codeHash = createHash('sha256').update(code).digest('base64url')
  const proof = await signed(privateKey, activationText(codeHash, spki))
  const body = JSON.stringify({ code, publicKey: spki, proof, name, platform: 'Test' })
  return { key: privateKey, body }
}

async function signed(key: webcrypto.CryptoKey, text: string): Promise<string> {
  const octets = await subtle.sign(signatureKind, key, Buffer.from(text))
  return Buffer.from(octets).toString('base64url')
}
