import { isIP } from 'node:net'
import type { Log } from '../../host/log.ts'
import { AuthApiUnavailable } from '../index.ts'
import { ApiAddresses, type ResolveName, resolveName } from './api_addresses.ts'
import { ApiNode } from './api_node.ts'
import type { CertificateExpiry } from './certificate_expiry.ts'
import { unavailableBy } from './connection_error.ts'
import { Connections, type ConnectionsOptions, tlsOptions } from './connections.ts'
import type { MessageLink } from './message_link.ts'
import { afterRunning } from './running_time.ts'

export interface ApiNodesOptions extends ConnectionsOptions {
  readonly log: Log
  /** Replaces the machine's resolver. */
  readonly resolve?: ResolveName | undefined
  /** Asks a node `check`. @returns Whether it answers sign-ins. */
  readonly probe: (node: ApiNode) => Promise<boolean>
  /** Whether calls that break can be repeated at another node. */
  readonly mayRepeat: () => boolean
  /** Headers of the request that opens a message connection, signed now. */
  readonly messageHeaders: () => Readonly<Record<string, string>>
  /** @returns The batch that proves the key over a challenge of the service. */
  readonly messageProof: (challenge: string) => string
}

const watchEveryMs = 500
/** Calls in flight without any answer for so long make the node suspect. */
const suspectMs = 1_500
/** How often a node that is down is asked whether it answers again. */
const recheckMs = 3_000
/** A node that answers a probe in this time is not slowed down. */
const quickMs = 500
/** A first probe without an answer may have met a dead connection. */
const maxProbes = 2

/**
 * The nodes behind the API's name. A name with several addresses has several nodes, and calls go to one
 * that answers. With one address, as behind a load balancer, nothing is probed.
 */
export class ApiNodes {
  readonly #options: ApiNodesOptions
  readonly #addresses: ApiAddresses | undefined
  readonly #connect: (address: string | undefined) => ApiNode
  #nodes: ApiNode[] = []
  #watch: NodeJS.Timeout | undefined
  #expiry: CertificateExpiry | undefined
  #isClosed = false

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: ApiNodesOptions) {
    this.#options = options
    const tls = tlsOptions(options, (expiry) => {
      this.#expiry = expiry
    })
    const hasAlternatives = () => this.#nodes.length > 1
    const { messageHeaders, messageProof, log } = options
    this.#connect = (address) => {
      const place = { address, hasAlternatives, messageHeaders, messageProof, log }
      return new ApiNode(address, () => new Connections(options, tls, place))
    }
    // an HTTP proxy resolves the name
    if (options.httpProxy !== undefined) this.#nodes = [this.#connect(undefined)]
    else if (isIP(options.host) !== 0) this.#nodes = [this.#connect(options.host)]
    else this.#addresses = new ApiAddresses(options.host, options.resolve ?? resolveName)
  }

  /** Of the last connection with a full handshake; `undefined` before the first one. */
  get certificateExpiry(): CertificateExpiry | undefined {
    return this.#expiry
  }

  /**
   * The node to ask: of those that answer the one with the fewest calls in flight.
   *
   * @param tried Nodes that this call has tried already.
   * @param limitMs For resolving the name.
   * @throws {AuthApiUnavailable} `dns` if the name can't be resolved.
   */
  choose(tried: ReadonlySet<ApiNode>, limitMs: number): ApiNode | Promise<ApiNode> {
    if (this.#addresses?.isStale === true) {
      const refreshed = this.#refresh()
      if (this.#nodes.length === 0) {
        return within(refreshed, limitMs).then(() => this.#pick(tried))
      }
      refreshed.catch(() => {})
    }
    return this.#pick(tried)
  }

  /** The message connections of all nodes; none through an HTTP proxy. */
  messageLinks(): MessageLink[] {
    return this.#nodes.flatMap(({ connections }) => connections.messages ?? [])
  }

  /** Whether a call can be repeated at a node that it has not tried. */
  hasOther(tried: ReadonlySet<ApiNode>): boolean {
    return this.#nodes.some((node) => !tried.has(node))
  }

  /** Records the outcome of a call to a node that gave no answer, or HTTP 5xx. */
  failed(node: ApiNode, error: AuthApiUnavailable): void {
    if (this.#nodes.length < 2) {
      this.#addresses?.distrust()
      return
    }
    const { reason } = error
    if (reason === 'overload' || reason === 'cancelled' || reason === 'malformed') return
    // one failure proves little, and this process may be the slow one; the probe decides
    if (node.state === 'up') node.state = 'unknown'
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#watch)
    await Promise.all(this.#nodes.map((node) => node.close()))
  }

  #pick(tried: ReadonlySet<ApiNode>): ApiNode {
    const [only] = this.#nodes
    if (only !== undefined && this.#nodes.length === 1) return only
    const untried = this.#nodes.filter((node) => !tried.has(node))
    const candidates = untried.length === 0 ? this.#nodes : untried
    const up = candidates.filter(({ state }) => state === 'up')
    const [first] = up.length > 0 ? up : candidates.filter(({ state }) => state !== 'down')
    const start = first ?? candidates[0]
    if (start === undefined) {
      throw new AuthApiUnavailable('dns', `${this.#options.host} has no address`, {
        mayHaveBeenReceived: false,
      })
    }
    return up.reduce((best, node) => (node.inFlight < best.inFlight ? node : best), start)
  }

  async #refresh(): Promise<void> {
    const addresses = await this.#addresses?.refresh()
    if (addresses === undefined || this.#isClosed) return
    const known = new Map(this.#nodes.map((node) => [node.address, node]))
    const gone = this.#nodes.filter(({ address = '' }) => !addresses.includes(address))
    this.#nodes = addresses.map((address) => known.get(address) ?? this.#connect(address))
    for (const node of gone) void node.retire()
    if (this.#nodes.length > 1)
      this.#watch ??= setInterval(() => this.#look(), watchEveryMs).unref()
    else clearInterval(this.#watch)
    if (this.#nodes.length < 2) this.#watch = undefined
  }

  #look(): void {
    const now = performance.now()
    for (const node of this.#nodes) {
      const isDue =
        node.state === 'down' ? now - node.probedAt > recheckMs : node.silentMs > suspectMs
      if (!node.isProbed && (isDue || node.state === 'unknown')) void this.#probe(node)
    }
  }

  async #probe(node: ApiNode): Promise<void> {
    node.isProbed = true
    node.probedAt = performance.now()
    const before = node.state
    let answers = false
    for (let tries = 0; tries < maxProbes && !answers && !this.#isClosed; tries++) {
      answers = await this.#options.probe(node)
      // not used for new calls from now on, if another node answers
      if (!answers && node.state === 'up') node.state = 'unknown'
    }
    node.isProbed = false
    if (this.#isClosed) return
    if (!answers) return await this.#down(node)
    if (before === 'down') this.#options.log.warn(`the API at ${this.#place(node)} answers again`)
    node.answered()
  }

  async #down(node: ApiNode): Promise<void> {
    if (node.state !== 'down') {
      this.#options.log.warn(`the API at ${this.#place(node)} does not answer check`)
    }
    node.state = 'down'
    this.#addresses?.distrust()
    if (node.inFlight === 0 || !this.#options.mayRepeat()) return
    if ((await this.#anotherIsQuick(node)) && node.state === 'down') node.cutOff()
  }

  /**
   * Calls in flight are broken only if another node would answer them. If all are slow, such as when this
   * machine is overloaded, new connections would make it worse.
   */
  async #anotherIsQuick(node: ApiNode): Promise<boolean> {
    const other = this.#nodes.find((one) => one !== node && one.state === 'up')
    if (other === undefined) return false
    const began = performance.now()
    return (await this.#options.probe(other)) && performance.now() - began < quickMs
  }

  #place({ address = '' }: ApiNode): string {
    return `${this.#options.host} (${address})`
  }
}

async function within(resolving: Promise<void>, limitMs: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const message = `the name was not resolved within ${limitMs} ms`
  const late = new AuthApiUnavailable('dns', message, { mayHaveBeenReceived: false })
  const stop = afterRunning(limitMs, () => reject(late))
  try {
    await Promise.race([resolving, promise])
  } catch (error) {
    throw unavailableBy(error, { sent: false, throughProxy: false })
  } finally {
    stop()
  }
}
