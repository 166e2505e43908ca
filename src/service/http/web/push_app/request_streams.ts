import { PassThrough, type Readable } from 'node:stream'

export interface RequestStreamParts {
  /** Calls back when something has been opened, changed or settled for a phone. */
  readonly watch: (phoneId: string, listener: () => void) => () => void
  /** What the phone is to be shown now, in JSON; `undefined` where it isn't activated any more. */
  readonly shown: (phoneId: string) => Promise<string | undefined>
}

/** Proxies cut off what is silent for longer, and a phone that was removed is told no later. */
const heartbeatMs = 20_000
/** Of one phone; an older one is ended, as of a tab that was forgotten. */
const maxOfPhone = 4

/** The streams of server-sent events over which apps that are open are told what waits for them. */
export class RequestStreams {
  readonly #parts: RequestStreamParts
  readonly #ofPhone = new Map<string, Set<RequestStream>>()

  constructor(parts: RequestStreamParts) {
    this.#parts = parts
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
    const stream = new RequestStream(phoneId, this.#parts, () => {
      streams.delete(stream)
      if (streams.size === 0) this.#ofPhone.delete(phoneId)
    })
    streams.add(stream)
    return stream.readable
  }

  /** Ends all of them; apps come back by themselves. */
  close(): void {
    for (const streams of [...this.#ofPhone.values()]) for (const stream of streams) stream.end()
  }
}

class RequestStream {
  readonly readable = new PassThrough()
  readonly #phoneId: string
  readonly #parts: RequestStreamParts
  readonly #ended: () => void
  readonly #unwatch: () => void
  readonly #heartbeat: NodeJS.Timeout
  #sent = ''
  #looking = false
  #again = false
  #over = false

  constructor(phoneId: string, parts: RequestStreamParts, ended: () => void) {
    this.#phoneId = phoneId
    this.#parts = parts
    this.#ended = ended
    // watched before it is read: what comes in between is not missed
    this.#unwatch = parts.watch(phoneId, () => this.#look())
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

  /** One look at a time; whatever happens during it makes another one. */
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
      const shown = await this.#parts.shown(this.#phoneId)
      if (this.#over) return
      if (shown === undefined) {
        this.readable.write('event: removed\ndata: {}\n\n')
        this.end()
      } else if (shown !== this.#sent) {
        this.#sent = shown
        this.readable.write(`event: requests\ndata: ${shown}\n\n`)
      }
    }
  }
}
