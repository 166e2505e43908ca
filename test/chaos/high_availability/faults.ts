import type { Cluster } from './cluster.ts'
import type { Outage } from './model.ts'
import { canLosePackets, dropBetween, losePackets, setLink } from './private_network.ts'
import type { Random } from './random.ts'

const proxies = ['proxy1', 'proxy2'] as const
const nodes = ['node1', 'node2'] as const

/** Each fault, and how often it is chosen. */
const weights = {
  'proxy killed': 3,
  'proxy paused': 2,
  'proxy cut off': 2,
  'node killed': 4,
  'node paused': 3,
  'node cut off': 3,
  'node cut off from the database': 2,
  'node cut off from one proxy': 2,
  'packets of a node lost': 2,
  'database killed': 1,
  'database paused': 1,
  'all nodes killed': 1,
} as const
export type FaultKind = keyof typeof weights
const none: Readonly<Record<FaultKind, number>> = {
  'proxy killed': 0,
  'proxy paused': 0,
  'proxy cut off': 0,
  'node killed': 0,
  'node paused': 0,
  'node cut off': 0,
  'node cut off from the database': 0,
  'node cut off from one proxy': 0,
  'packets of a node lost': 0,
  'database killed': 0,
  'database paused': 0,
  'all nodes killed': 0,
}

export function isKind(text: string): text is FaultKind {
  return Object.hasOwn(weights, text)
}

/** One fault of the run; times by `performance.now()`. */
export interface Fault {
  readonly kind: FaultKind
  readonly from: number
  readonly to: number
}

/** Breaks one thing after another, at random and repeatably. */
export class Faults {
  readonly done: Fault[] = []
  readonly outages: Outage[] = []
  readonly #cluster: Cluster
  readonly #random: Random
  readonly #kinds: Readonly<Record<FaultKind, number>>

  /** @param only The one kind to inflict; otherwise all. */
  constructor(cluster: Cluster, random: Random, only?: string) {
    this.#cluster = cluster
    this.#random = random
    const kinds = canLosePackets() ? weights : { ...weights, 'packets of a node lost': 0 }
    this.#kinds = only !== undefined && isKind(only) ? { ...none, [only]: 1 } : kinds
  }

  /** Ends with everything repaired. */
  async run(until: number, report: (line: string) => void): Promise<void> {
    const began = performance.now()
    await pause(3_000)
    for (;;) {
      const kind = this.#random.weighted(this.#kinds)
      const lasts = this.#random.between(2_000, 9_000)
      const rests = this.#random.between(3_000, 7_000)
      if (performance.now() + lasts + rests > until) return
      const from = performance.now()
      report(`${((from - began) / 1000).toFixed(1)} s: ${kind}, ${(lasts / 1000).toFixed(1)} s`)
      await this.#inflict(kind, lasts)
      const to = performance.now()
      this.done.push({ kind, from, to })
      if (isOutage(kind)) {
        for (const server of [0, 1]) this.outages.push({ server, from, to })
      }
      await pause(rests)
    }
  }

  async #inflict(kind: FaultKind, lastsMs: number): Promise<void> {
    const cluster = this.#cluster
    const proxy = this.#random.pick(proxies)
    const node = this.#random.pick(nodes)
    switch (kind) {
      case 'proxy killed':
        return await cluster.killed([proxy], lastsMs)
      case 'node killed':
        return await cluster.killed([node], lastsMs)
      case 'all nodes killed':
        return await cluster.killed(nodes, lastsMs)
      case 'proxy paused':
        return await cluster.paused(proxy, lastsMs)
      case 'node paused':
        return await cluster.paused(node, lastsMs)
      case 'database paused':
        return await cluster.databasePaused(Math.min(lastsMs, 4_000))
      case 'database killed':
        return await cluster.databaseKilled(Math.min(lastsMs, 4_000))
      case 'proxy cut off':
      case 'node cut off': {
        const machine = kind === 'proxy cut off' ? proxy : node
        setLink(machine, 'down')
        await pause(lastsMs)
        return setLink(machine, 'up')
      }
      case 'node cut off from the database':
        return await during(dropBetween(node, 'database1'), lastsMs)
      case 'node cut off from one proxy':
        return await during(dropBetween(node, proxy), lastsMs)
      case 'packets of a node lost':
        return await during(losePackets(node), lastsMs)
    }
  }
}

/** Faults in which no proxy reaches a node that can decide. */
function isOutage(kind: FaultKind): boolean {
  return kind === 'all nodes killed' || kind === 'database killed' || kind === 'database paused'
}

async function during(end: () => void, ms: number): Promise<void> {
  await pause(ms)
  end()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
