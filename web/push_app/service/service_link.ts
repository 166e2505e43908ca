import { answerText, type Decision, requestText } from '../../../src/push/signed_text.ts'
import { hex, utf8 } from '../phone/encoding.ts'
import { type Phone, storePhone } from '../phone/phone_store.ts'
import { signed } from '../phone/signature.ts'
import { awaitAnswer, Refusal, reached } from './refusal.ts'

type Method = 'GET' | 'POST' | 'DELETE'

const toleratedMs = 2_000

/** Sends requests signed with this phone's key, dated by the service's clock. */
export class ServiceLink {
  readonly #phone: Phone
  #aheadMs: number

  constructor(phone: Phone) {
    this.#phone = phone
    this.#aheadMs = phone.aheadMs
  }

  /** The service's clock, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs
  }

  /** Corrects the clock. The correction is stored, because offline passcodes depend on it as well. */
  setTime(time: number): void {
    if (Math.abs(time - this.now()) < toleratedMs) return
    this.#aheadMs = time - Date.now()
    storePhone({ ...this.#phone, aheadMs: this.#aheadMs }).catch(() => {})
  }

  /** @throws {Refusal} */
  async ask<Body>(method: Method, path: string, body?: object): Promise<Body> {
    return await this.#inTime(() => {
      return awaitAnswer<Body>(
        this.#sent(method, path, body === undefined ? '' : JSON.stringify(body)),
      )
    })
  }

  /** @throws {Refusal} `wrong_code`, `gone`, … */
  async answer(txid: string, decision: Decision, code: string): Promise<void> {
    await this.#inTime(async () => {
      const time = this.now()
      const signature = await signed(this.#phone.signingKey, answerText(txid, decision, time, code))
      const body = { txid, decision, time, ...(code === '' ? {} : { code }), signature }
      await awaitAnswer(this.#sent('POST', '/app/api/answer', JSON.stringify(body)))
    })
  }

  /** Opens the stream of what waits for this phone. @throws {Refusal} */
  async stream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#inTime(() =>
      reached(this.#sent('GET', '/app/api/stream', '', signal)),
    )
    if (body === null) throw new Refusal('offline')
    return body
  }

  /** Retries once after a clock skew error, with the service's time. */
  async #inTime<Result>(send: () => Promise<Result>): Promise<Result> {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'clock_skew') throw error
      if (error.time === undefined) throw error
      this.setTime(error.time)
      return await send()
    }
  }

  async #sent(
    method: Method,
    path: string,
    body: string,
    signal: AbortSignal = AbortSignal.timeout(15_000),
  ): Promise<Response> {
    const time = String(Math.round(this.now()))
    const bodyHash = hex(await crypto.subtle.digest('SHA-256', utf8(body)))
    const text = requestText(method, path, time, bodyHash)
    const headers = {
      'x-countersign-device': this.#phone.device,
      'x-countersign-time': time,
      'x-countersign-signature': await signed(this.#phone.signingKey, text),
    }
    return await fetch(path, {
      method,
      headers,
      signal,
      cache: 'no-store',
      ...(method === 'POST' ? { body } : {}),
    })
  }
}
