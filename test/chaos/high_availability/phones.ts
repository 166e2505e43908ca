import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { Pool } from 'undici'
import { answerText, type Decision, requestText } from '../../../src/push/signed_text.ts'

const path = '/app/api/answer'
const requestMs = 2_000
const retryMs = 300

/** Phones with the push app, which sign with one device key and reach any node. */
export class ChaosPhones {
  readonly #key: KeyObject
  readonly #pools: readonly Pool[]
  readonly #host: string

  constructor(options: {
    readonly nodes: readonly string[]
    readonly name: string
    readonly port: number
    readonly ca: Buffer
    readonly phoneKey: string
  }) {
    const { nodes, name, port, ca } = options
    this.#key = createPrivateKey(options.phoneKey)
    this.#host = `${name}:${port}`
    const connect = { ca, servername: name, timeout: requestMs }
    this.#pools = nodes.map(
      (node) => new Pool(`https://${node}:${port}`, { connect, connections: 16, allowH2: false }),
    )
  }

  /**
   * Answers a push, at another node if one gives no answer, as the app does.
   *
   * @returns When the service acknowledged it, by `performance.now()`; `undefined` if it did not until
   *   `until`, or refused it.
   */
  async answer(
    phoneId: string,
    txid: string,
    decision: Decision,
    until: number,
  ): Promise<number | undefined> {
    for (let tries = Math.random() < 0.5 ? 0 : 1; performance.now() < until; tries++) {
      const status = await this.#send(this.#pools[tries % this.#pools.length], phoneId, {
        txid,
        decision,
      })
      if (status === 200) return performance.now()
      if (status !== undefined && status < 500 && status !== 429) return undefined
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
    return undefined
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
  }

  async #send(
    pool: Pool | undefined,
    phoneId: string,
    { txid, decision }: { readonly txid: string; readonly decision: Decision },
  ): Promise<number | undefined> {
    const time = Date.now()
    const signature = this.#sign(answerText(txid, decision, time, ''))
    const body = JSON.stringify({ txid, decision, time, signature })
    const bodyHash = createHash('sha256').update(body).digest('hex')
    try {
      const answer = await pool?.request({
        method: 'POST',
        path,
        body,
        signal: AbortSignal.timeout(requestMs),
        headers: {
          host: this.#host,
          'content-type': 'application/json',
          'x-countersign-device': phoneId,
          'x-countersign-time': String(time),
          'x-countersign-signature': this.#sign(requestText('POST', path, String(time), bodyHash)),
        },
      })
      await answer?.body.dump()
      return answer?.statusCode
    } catch {
      return undefined
    }
  }

  #sign(text: string): string {
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const
    return sign('sha256', Buffer.from(text), key).toString('base64url')
  }
}
