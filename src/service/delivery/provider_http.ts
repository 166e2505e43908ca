import { Agent, request } from 'undici'
import { readCaFile } from './ca_file.ts'
import { DeliveryError } from './delivery.ts'

export interface ProviderRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface ProviderAnswer {
  readonly status: number
  readonly text: string
}

export interface ProviderHttpOptions {
  /** As messages call the provider. */
  readonly name: string
  /** PEM of the authority to trust, in place of those that everybody trusts. */
  readonly caFile: string | undefined
  readonly limitMs?: number
}

const answerMs = 10_000
const connectMs = 4_000
const retryMs = 500
const longestAnswer = 65_536

/** Errors that come before a request was written: nothing was sent, and another try can't send twice. */
const notConnected: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]
const tooMany = 429

/** A provider's HTTP interface: one time limit for all, and a second try only where that is safe. */
export class ProviderHttp {
  readonly #name: string
  readonly #limitMs: number
  readonly #agent: Agent

  /** @throws {DeliveryError} `DELIVERY_REFUSED` where the authority's file can't be read. */
  constructor({ name, caFile, limitMs = answerMs }: ProviderHttpOptions) {
    this.#name = name
    this.#limitMs = limitMs
    this.#agent = new Agent({
      connect: { timeout: connectMs, ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }) },
      // a connection that was kept may be closed just when a message is written to it
      pipelining: 0,
    })
  }

  /**
   * One request and its whole answer, of whatever status.
   *
   * @throws {DeliveryError} `DELIVERY_UNREACHABLE` where none came in time.
   */
  async send(sent: ProviderRequest): Promise<ProviderAnswer> {
    const signal = AbortSignal.timeout(this.#limitMs)
    try {
      const answer = await this.#once(sent, signal)
      if (answer.status !== tooMany) return answer
    } catch (error) {
      if (!notConnected.includes(codeOf(error)) || signal.aborted) throw this.#unreachable(error)
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
    try {
      return await this.#once(sent, signal)
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  async #once(
    { method, url, headers, body }: ProviderRequest,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const answer = await request(url, {
      method,
      headers,
      body: body ?? null,
      signal,
      dispatcher: this.#agent,
    })
    return { status: answer.statusCode, text: await readText(answer.body) }
  }

  /** Told without the address, in which there may be a password. */
  #unreachable(error: unknown): DeliveryError {
    const code = codeOf(error)
    if (notConnected.includes(code)) {
      return new DeliveryError(
        'DELIVERY_UNREACHABLE',
        `${this.#name} can't be reached (${code}); check its address and the way to it`,
      )
    }
    if (/TimeoutError|ABORT/.test(error instanceof Error ? `${error.name} ${code}` : '')) {
      return new DeliveryError(
        'DELIVERY_UNREACHABLE',
        `${this.#name} did not answer in ${this.#limitMs / 1000} s; it may have been sent all the same`,
      )
    }
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `the connection to ${this.#name} failed (${code === '' ? 'unknown' : code})`,
    )
  }
}

async function readText(body: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of body) {
    text += String(chunk)
    if (text.length > longestAnswer) break
  }
  return text
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
