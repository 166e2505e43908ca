import { Agent, request } from 'undici'
import { answerText } from './answer_text.ts'
import { readCaFile } from './ca_file.ts'
import { connectionFailure, isNotConnected, noAnswer, type Peer } from './connection_failure.ts'

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

export interface ProviderHttpOptions extends Peer {
  /** PEM of the authority to trust, in place of those that everybody trusts. */
  readonly caFile: string | undefined
  readonly limitMs?: number
}

const answerMs = 10_000
const connectMs = 4_000
const retryMs = 500
const maxAnswerLength = 65_536

const tooMany = 429

/** A provider's HTTP interface: one time limit for all, and a second try only where that is safe. */
export class ProviderHttp {
  readonly #peer: Peer
  readonly #limitMs: number
  readonly #agent: Agent

  /** @throws {DeliveryError} `DELIVERY_REFUSED` where the authority's file can't be read. */
  constructor({ caFile, limitMs = answerMs, ...peer }: ProviderHttpOptions) {
    this.#peer = peer
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
   * @throws {DeliveryError} `DELIVERY_UNREACHABLE` where it could not be sent,
   *   `DELIVERY_UNANSWERED` where it was, and no answer came in time.
   */
  async send(sent: ProviderRequest): Promise<ProviderAnswer> {
    const signal = AbortSignal.timeout(this.#limitMs)
    try {
      const answer = await this.#once(sent, signal)
      if (answer.status !== tooMany) return answer
    } catch (error) {
      if (!isNotConnected(errorCode(error)) || signal.aborted) throw this.#failure(error, signal)
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
    try {
      return await this.#once(sent, signal)
    } catch (error) {
      throw this.#failure(error, signal)
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
    return { status: answer.statusCode, text: await answerText(answer.body, maxAnswerLength) }
  }

  #failure(error: unknown, signal: AbortSignal) {
    if (signal.aborted) return noAnswer(this.#peer, this.#limitMs)
    return connectionFailure(this.#peer, errorCode(error))
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
