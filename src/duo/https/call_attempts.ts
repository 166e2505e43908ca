import { AuthApiUnavailable } from '../index.ts'
import type { ApiNode } from './api_node.ts'
import type { ApiNodes } from './api_nodes.ts'

export interface CallAttemptsOptions {
  readonly nodes: ApiNodes
  /** Whether the call may be repeated after the API may have received it. */
  readonly repeatable: boolean
  /** Whether the API recognises the repeated call, and joins it to the first. */
  readonly joined: boolean
  /** End of the call, by `performance.now()`. */
  readonly until: number
}

/** How long a joined call is repeated while no node answers: a restart takes a few seconds. */
const rejoinMs = 15_000
const rejoinEveryMs = 300

/** The attempts of one call, and whether it may be attempted again: at another node, or once more. */
export class CallAttempts {
  /** Nodes that gave no answer to this call. */
  readonly tried = new Set<ApiNode>()
  readonly #options: CallAttemptsOptions
  #isRepeated = false
  #mayHaveBeenReceived = false
  #lostAt: number | undefined

  constructor(options: CallAttemptsOptions) {
    this.#options = options
  }

  /** @returns How long to wait before the next attempt, in ms; `undefined` if there is none. */
  afterFailure(node: ApiNode, error: AuthApiUnavailable): number | undefined {
    const { nodes, repeatable, joined, until } = this.#options
    const { reason, mayHaveBeenReceived } = error
    nodes.failed(node, error)
    this.tried.add(node)
    // after an HTTP 5xx the API has decided nothing
    this.#mayHaveBeenReceived ||= mayHaveBeenReceived && reason !== 'http_5xx'
    const now = performance.now()
    // fails in the same way at every node
    if (now >= until || reason === 'cancelled' || reason === 'overload') return undefined
    if ((repeatable || !mayHaveBeenReceived) && nodes.hasOther(this.tried)) return 0
    if (joined && this.#mayHaveBeenReceived) return this.#rejoins(now)
    // the API may have closed a kept connection just now
    if (reason !== 'reset' || !repeatable || this.#isRepeated) return undefined
    this.#isRepeated = true
    return 0
  }

  /** The error of the last attempt. The API may have received an earlier one, which `failmode` must know. */
  toFinalError(last: AuthApiUnavailable): AuthApiUnavailable {
    if (!this.#mayHaveBeenReceived || this.#options.repeatable !== this.#options.joined) return last
    if (last.mayHaveBeenReceived && last.reason !== 'http_5xx') return last
    return new AuthApiUnavailable('reset', last.message, { mayHaveBeenReceived: true })
  }

  #rejoins(now: number): number | undefined {
    this.#lostAt ??= now
    if (now - this.#lostAt > rejoinMs) return undefined
    this.tried.clear()
    return rejoinEveryMs
  }
}
