import { join } from 'node:path'
import type { Latency } from '../statistic.ts'
import { core, type Workplace } from '../workplace.ts'

export interface ProbeOptions {
  readonly port: number
  /** PEM file of the certificate that the API's must chain to. */
  readonly caFile: string
  /** Requests one after another that make one sample: as many as the server makes for a login. */
  readonly calls: number
}

export interface LoadOptions {
  readonly port: number
  readonly secret: string
  /** Sockets, each with 256 Identifiers. */
  readonly flows: number
  /** Closed loop: requests in flight at every moment. */
  readonly outstanding: number
  /** Open loop: requests per second, independent of replies. */
  readonly rate?: number
  readonly warmSecs: number
  readonly secs: number
  /** The server sends back what it gets: nothing to verify but the Identifier. */
  readonly echo?: boolean
  /** Processes whose CPU time and memory are read. */
  readonly watch: readonly number[]
  /** Also measures the API itself. */
  readonly probe?: ProbeOptions
}

export interface LoadResult {
  /** Replies that were verified. */
  readonly accepts: number
  readonly rejects: number
  /** Replies since the very beginning, the warm-up's among them. */
  readonly everReplied: number
  /** Replies that failed verification. */
  readonly forged: number
  /** Requests without a reply in 5 s. */
  readonly lost: number
  readonly secs: number
  readonly latency: Latency
  /** CPU seconds of each watched process. */
  readonly cpuSecs: readonly number[]
  readonly peakMiB: readonly number[]
  readonly ownCpuSecs: number
  readonly probe?: Latency
}

/** Runs the load generator in its own process, not on the server's core. */
export async function radiusLoad(place: Workplace, options: LoadOptions): Promise<LoadResult> {
  const file = join(import.meta.dirname, 'radius_load.ts')
  const generator = place.startNode('load generator', file, [JSON.stringify(options)], {
    core: core.load,
  })
  const result = (await generator.answer()) as LoadResult
  await generator.exited
  return result
}
