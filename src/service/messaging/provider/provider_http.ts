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
  /** PEM file of the CA to trust instead of the public ones. */
  readonly caFile: string | undefined
  readonly limitMs?: number
}

const answerMs = 10_000
const connectMs = 4_000
const retryMs = 500
const maxAnswerLength = 65_536

const tooMany = 429

/** HTTP requests to a provider, with one timeout, and a retry only if nothing can be sent twice. */
export class ProviderHttp {
  readonly #peer: Peer
  readonly #limitMs: number
  readonly #agent: Agent

  /** @throws {DeliveryError} `DELIVERY_REFUSED` if the CA file can't be read. */
  constructor({ caFile, limitMs = answerMs, ...peer }: ProviderHttpOptions) {
    this.#peer = peer
    this.#limitMs = limitMs
    this.#agent = new Agent({
      connect: { timeout: connectMs, ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }) },
      // the server may close an idle connection just as a request is written to it
      pipelining: 0,
    })
  }

  /**
   * Sends a request and returns its response, whatever the status.
   *
   * @throws {DeliveryError} `DELIVERY_UNREACHABLE` if it could not be sent, `DELIVERY_UNANSWERED` if it was
   *   sent and no response arrived in time.
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
