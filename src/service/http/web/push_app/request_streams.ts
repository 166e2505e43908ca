import { PassThrough, type Readable } from 'node:stream'
import type { Transactions } from '../../../sign_in/transaction/transactions.ts'
import type { PendingSignIns } from './pending_sign_ins.ts'

/** Keeps reverse proxies from closing silent connections, and notices removed phones. */
const heartbeatMs = 20_000
/** A further stream ends the oldest one, which may be a forgotten tab. */
const maxStreamsPerPhone = 4

/** Streams of server-sent events with the pending sign-ins of open apps. */
export class RequestStreams {
  readonly #transactions: Transactions
  readonly #pending: PendingSignIns
  readonly #streamsByPhone = new Map<string, Set<RequestStream>>()

  constructor(transactions: Transactions, pending: PendingSignIns) {
    this.#transactions = transactions
    this.#pending = pending
  }

  /** Number of open streams. */
  get count(): number {
    let count = 0
    for (const streams of this.#streamsByPhone.values()) count += streams.size
    return count
  }

  open(phoneId: string): Readable {
    const streams = this.#streamsByPhone.get(phoneId) ?? new Set()
    this.#streamsByPhone.set(phoneId, streams)
    const [oldest] = streams
    if (streams.size >= maxStreamsPerPhone) oldest?.end()
    const stream = new RequestStream(phoneId, this.#transactions, this.#pending, () => {
      streams.delete(stream)
      if (streams.size === 0) this.#streamsByPhone.delete(phoneId)
    })
    streams.add(stream)
    return stream.readable
  }

  /** Ends all streams. The apps reconnect. */
  close(): void {
    for (const streams of [...this.#streamsByPhone.values()])
      for (const stream of streams) stream.end()
  }
}

class RequestStream {
  readonly readable = new PassThrough()
  readonly #phoneId: string
  readonly #pending: PendingSignIns
  readonly #onEnd: () => void
  readonly #unwatch: () => void
  readonly #heartbeat: NodeJS.Timeout
  #lastSent = ''
  #isReading = false
  #mustRead = false
  #hasEnded = false

  constructor(
    phoneId: string,
    transactions: Transactions,
    pending: PendingSignIns,
    onEnd: () => void,
  ) {
    this.#phoneId = phoneId
    this.#pending = pending
    this.#onEnd = onEnd
    // watching before the first read misses no change
    this.#unwatch = transactions.watch(phoneId, () => this.#update())
    this.#heartbeat = setInterval(() => {
      this.readable.write(': heartbeat\n\n')
      this.#update()
    }, heartbeatMs)
    this.#heartbeat.unref()
    this.readable.once('close', () => this.end())
    this.#update()
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearInterval(this.#heartbeat)
    this.#unwatch()
    this.#onEnd()
    this.readable.end()
  }

  /** Reads once at a time; a change during a read causes another one. */
  #update(): void {
    this.#mustRead = true
    if (this.#isReading) return
    this.#isReading = true
    this.#sendChanges()
      .catch(() => this.end())
      .finally(() => {
        this.#isReading = false
      })
  }

  async #sendChanges(): Promise<void> {
    while (this.#mustRead && !this.#hasEnded) {
      this.#mustRead = false
      const requests = await this.#pending.listIfActivated(this.#phoneId)
      if (this.#hasEnded) return
      const message = JSON.stringify({ requests })
      if (requests === undefined) {
        this.readable.write('event: removed\ndata: {}\n\n')
        this.end()
      } else if (message !== this.#lastSent) {
        this.#lastSent = message
        this.readable.write(`event: requests\ndata: ${message}\n\n`)
      }
    }
  }
}
