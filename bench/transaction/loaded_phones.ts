import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { type Dispatcher, Pool } from 'undici'
import { isRecord } from '../../src/duo/index.ts'
import { answerText, requestText } from '../../src/push/signed_text.ts'

const stream = '/app/api/stream'

/** Phones with the push app, by the requests that it makes, on connections that they share. */
export class LoadedPhones {
  readonly #key: KeyObject
  readonly #answering: Pool
  readonly #streaming: Pool
  /** What phones that are open are shown, by their identifier. */
  readonly #shown = new Map<string, string>()

  constructor(options: {
    readonly port: number
    readonly ca: Buffer
    readonly phoneKey: string
    readonly connections: number
  }) {
    const origin = `https://localhost:${options.port}`
    const { connections, ca } = options
    this.#key = createPrivateKey(options.phoneKey)
    const http1 = { connect: { ca }, allowH2: false }
    this.#answering = new Pool(origin, { ...http1, connections })
    this.#streaming = new Pool(origin, { ...http1, headersTimeout: 0, bodyTimeout: 0 })
  }

  /** Opens the app on a phone; it stays open. */
  async open(phoneId: string): Promise<void> {
    const { statusCode, body } = await this.#streaming.request(this.#signed(phoneId, 'GET', stream))
    if (statusCode !== 200) throw new Error(`the stream of a phone was answered ${statusCode}`)
    let text = ''
    body.setEncoding('utf8')
    body.on('data', (chunk: string) => {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined) this.#shown.set(phoneId, data)
      }
    })
    body.on('error', () => {})
  }

  /** @returns The txid of the sign-in that waits for a phone. */
  async waiting(phoneId: string): Promise<string> {
    const json = this.#shown.get(phoneId) ?? (await this.look(phoneId))
    const { requests }: { readonly requests: readonly unknown[] } = JSON.parse(json)
    const [first] = requests
    if (!isRecord(first)) throw new Error(`no sign-in waits for a phone: ${json}`)
    return String(first.txid)
  }

  /** @returns What waits for a phone, in JSON. */
  async look(phoneId: string): Promise<string> {
    return await this.#call(phoneId, 'GET', '/app/api/requests')
  }

  approve(phoneId: string, txid: string): Promise<void> {
    return this.answer(phoneId, txid, 'allow')
  }

  async answer(phoneId: string, txid: string, how: 'allow' | 'deny'): Promise<void> {
    const time = Date.now()
    const decision = how === 'allow' ? 'approve' : 'deny'
    const signature = this.#sign(answerText(txid, decision, time, ''))
    const answer = JSON.stringify({ txid, decision, time, signature })
    await this.#call(phoneId, 'POST', '/app/api/answer', answer)
  }

  async close(): Promise<void> {
    await Promise.all([this.#answering.destroy(), this.#streaming.destroy()])
  }

  async #call(phoneId: string, method: 'GET' | 'POST', path: string, body = ''): Promise<string> {
    const answer = await this.#answering.request(this.#signed(phoneId, method, path, body))
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`a phone's ${path} was answered ${text}`)
    return text
  }

  #signed(
    phoneId: string,
    method: 'GET' | 'POST',
    path: string,
    body = '',
  ): Dispatcher.RequestOptions {
    const time = String(Date.now())
    const bodyHash = createHash('sha256').update(body).digest('hex')
    return {
      method,
      path,
      ...(method === 'POST' ? { body } : {}),
      headers: {
        'content-type': 'application/json',
        'x-countersign-device': phoneId,
        'x-countersign-time': time,
        'x-countersign-signature': this.#sign(requestText(method, path, time, bodyHash)),
      },
    }
  }

  #sign(text: string): string {
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const
    return sign('sha256', Buffer.from(text), key).toString('base64url')
  }
}
