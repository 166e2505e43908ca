import { PassThrough, type Readable } from 'node:stream'
import type { Transactions } from '../../../sign_in/transaction/transactions.ts'
import type { WaitingSignIns } from './waiting_sign_ins.ts'

/** Reverse proxies close silent connections, and a removed phone must learn of it in time. */
const heartbeatMs = 20_000
/** For one phone. Another one ends the oldest, such as a forgotten tab. */
const maxOfPhone = 4

/** Streams of server-sent events: open apps receive the sign-ins that wait for their answer. */
export class RequestStreams {
  readonly #transactions: Transactions
  readonly #pending: WaitingSignIns
  readonly #ofPhone = new Map<string, Set<RequestStream>>()

  constructor(transactions: Transactions, pending: WaitingSignIns) {
    this.#transactions = transactions
    this.#pending = pending
  }

  /** How many are open. */
  get count(): number {
    let count = 0
    for (const streams of this.#ofPhone.values()) count += streams.size
    return count
  }

  open(phoneId: string): Readable {
    const streams = this.#ofPhone.get(phoneId) ?? new Set()
    this.#ofPhone.set(phoneId, streams)
    const [oldest] = streams
    if (streams.size >= maxOfPhone) oldest?.end()
    const stream = new RequestStream(phoneId, this.#transactions, this.#pending, () => {
      streams.delete(stream)
      if (streams.size === 0) this.#ofPhone.delete(phoneId)
    })
    streams.add(stream)
    return stream.readable
  }

  /** Ends all of them; apps reconnect. */
  close(): void {
    for (const streams of [...this.#ofPhone.values()]) for (const stream of streams) stream.end()
  }
}

class RequestStream {
  readonly readable = new PassThrough()
  readonly #phoneId: string
  readonly #pending: WaitingSignIns
  readonly #ended: () => void
  readonly #unwatch: () => void
  readonly #heartbeat: NodeJS.Timeout
  #sent = ''
  #looking = false
  #again = false
  #over = false

  constructor(
    phoneId: string,
    transactions: Transactions,
    pending: WaitingSignIns,
    ended: () => void,
  ) {
    this.#phoneId = phoneId
    this.#pending = pending
    this.#ended = ended
    // watches before the first read, so that no change in between is missed
    this.#unwatch = transactions.watch(phoneId, () => this.#look())
    this.#heartbeat = setInterval(() => {
      this.readable.write(': still here\n\n')
      this.#look()
    }, heartbeatMs)
    this.#heartbeat.unref()
    this.readable.once('close', () => this.end())
    this.#look()
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#heartbeat)
    this.#unwatch()
    this.#ended()
    this.readable.end()
  }

  /** One read at a time; a change during it causes another one. */
  #look(): void {
    this.#again = true
    if (this.#looking) return
    this.#looking = true
    this.#lookUntilQuiet()
      .catch(() => this.end())
      .finally(() => {
        this.#looking = false
      })
  }

  async #lookUntilQuiet(): Promise<void> {
    while (this.#again && !this.#over) {
      this.#again = false
      const requests = await this.#pending.listIfActivated(this.#phoneId)
      if (this.#over) return
      const shown = JSON.stringify({ requests })
      if (requests === undefined) {
        this.readable.write('event: removed\ndata: {}\n\n')
        this.end()
      } else if (shown !== this.#sent) {
        this.#sent = shown
        this.readable.write(`event: requests\ndata: ${shown}\n\n`)
      }
    }
  }
}
