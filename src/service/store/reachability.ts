import { connect, type NetConnectOpts } from 'node:net'

/** Long enough for one lost SYN, which is sent again after a second. */
const connectMs = 1_500
const recheckMs = 300
/** Connections attempted at once, so that one lost packet proves nothing. */
const attempts = 2

/**
 * Whether the host of the database can be reached over the network. The kernel accepts a TCP connection
 * even while PostgreSQL is slow, paused or full, so only a host that is down or cut off fails this test:
 * its connections will get no answer until TCP gives up after minutes.
 */
export class Reachability {
  readonly #onLost: () => void
  #asking: Promise<void> | undefined
  #isLost = false
  #isOver = false
  #again: NodeJS.Timeout | undefined

  /** @param onLost Called when the host has become unreachable. */
  constructor(onLost: () => void) {
    this.#onLost = onLost
  }

  /** Whether the host was unreachable when it was last asked; it is asked until it answers. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Asks the host, as long as a statement to it has no answer. */
  async ask(place: NetConnectOpts): Promise<void> {
    this.#asking ??= this.#ask(place).finally(() => {
      this.#asking = undefined
    })
    await this.#asking
  }

  close(): void {
    this.#isOver = true
    clearTimeout(this.#again)
  }

  async #ask(place: NetConnectOpts): Promise<void> {
    const answers = await Promise.all(Array.from({ length: attempts }, () => isReachable(place)))
    if (this.#isOver) return
    const wasLost = this.#isLost
    this.#isLost = !answers.includes(true)
    if (!this.#isLost) return
    if (!wasLost) this.#onLost()
    this.#again = setTimeout(() => void this.ask(place), recheckMs).unref()
  }
}

/** A host that refuses the connection is reachable: its connections break by themselves. */
function isReachable(place: NetConnectOpts): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(place)
  const late = setTimeout(() => setImmediate(() => resolve(false)), connectMs)
  socket.once('connect', () => resolve(true))
  socket.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'))
  return promise.finally(() => {
    clearTimeout(late)
    socket.destroy()
  })
}
