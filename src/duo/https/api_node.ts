import type { Connections } from './connections.ts'

/** `unknown`: has not answered yet, or a call to it broke. */
export type NodeState = 'unknown' | 'up' | 'down'

/** One address of the API: its connections, and whether it answers. */
export class ApiNode {
  /** `undefined` through an HTTP proxy. */
  readonly address: string | undefined
  state: NodeState = 'unknown'
  isProbed = false
  probedAt = Number.NEGATIVE_INFINITY
  readonly #connect: () => Connections
  #connections: Connections
  #inFlight = 0
  #quietSince = 0

  constructor(address: string | undefined, connect: () => Connections) {
    this.address = address
    this.#connect = connect
    this.#connections = connect()
  }

  get connections(): Connections {
    return this.#connections
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** How long calls have been in flight without an answer to any of them. */
  get silentMs(): number {
    return this.#inFlight === 0 ? 0 : performance.now() - this.#quietSince
  }

  begin(): void {
    if (this.#inFlight === 0) this.#quietSince = performance.now()
    this.#inFlight++
  }

  end(): void {
    this.#inFlight--
  }

  /** An answer below HTTP 500 arrived. */
  answered(): void {
    this.state = 'up'
    this.#quietSince = performance.now()
  }

  /** Breaks all connections, because they are dead; the calls on them fail. */
  cutOff(): void {
    const dead = this.#connections
    this.#connections = this.#connect()
    void dead.close()
  }

  /** Ends when the calls in progress have ended. */
  async retire(): Promise<void> {
    await this.#connections.retire()
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }
}
