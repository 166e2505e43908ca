import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import {
  authorization,
  canonicalParameters,
  isRecord,
  parseEnvelope,
  rfc2822Date,
  sign,
  signingKey,
} from '../../src/duo/index.ts'

/** A client that sends each request once, whatever becomes of it. */
export class SignedClient {
  readonly #pool: Pool
  readonly #ikey: string
  readonly #key: ReturnType<typeof signingKey>
  readonly #host: string

  constructor(options: {
    readonly port: number
    readonly caFile: string
    readonly ikey: string
    readonly skey: string
  }) {
    this.#host = `localhost:${options.port}`
    this.#ikey = options.ikey
    this.#key = signingKey(options.skey)
    this.#pool = new Pool(`https://${this.#host}`, {
      connections: 32,
      connect: { ca: readFileSync(options.caFile) },
    })
  }

  /** @returns The response, or `undefined` where none came: it may have been received or not. */
  async post(
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown> | undefined> {
    const date = rfc2822Date(Date.now())
    const signed = Object.entries(parameters)
    const parts = { date, method: 'POST', host: this.#host, path, parameters: signed }
    let text: string
    try {
      const { body } = await this.#pool.request({
        method: 'POST',
        path,
        headers: {
          date,
          authorization: authorization(this.#ikey, sign(parts, this.#key, 2)),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: canonicalParameters(signed),
      })
      text = await body.text()
    } catch {
      return undefined
    }
    const envelope = parseEnvelope(text)
    if (envelope?.stat !== 'OK' || !isRecord(envelope.response)) {
      throw new Error(`${path} was answered ${text}`)
    }
    return envelope.response
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
