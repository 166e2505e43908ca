import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { formatLatency, type Latency } from '../statistic.ts'
import type { ProbeOptions } from './load.ts'

const everyMs = 20

/** Measures the response time of the API while the server that uses it is under load. */
export class ApiProbe {
  readonly #pool: Pool
  readonly #calls: number
  readonly #timer: NodeJS.Timeout
  readonly #latencies: number[] = []
  readonly #sampling = new Set<Promise<void>>()

  private constructor(pool: Pool, calls: number) {
    this.#pool = pool
    this.#calls = calls
    this.#timer = setInterval(() => this.#begin(), everyMs)
  }

  static async start({ port, caFile, calls }: ProbeOptions): Promise<ApiProbe> {
    const pool = new Pool(`https://localhost:${port}`, {
      connections: 4,
      connect: { ca: readFileSync(caFile) },
    })
    await ask(pool)
    return new ApiProbe(pool, calls)
  }

  async stop(): Promise<Latency> {
    clearInterval(this.#timer)
    // a sample of two calls begins its second only now
    await Promise.all(this.#sampling)
    await this.#pool.close()
    return formatLatency(this.#latencies)
  }

  #begin(): void {
    const sample = this.#sample().finally(() => this.#sampling.delete(sample))
    this.#sampling.add(sample)
  }

  async #sample(): Promise<void> {
    const began = performance.now()
    for (let call = 0; call < this.#calls; call++) await ask(this.#pool)
    this.#latencies.push(performance.now() - began)
  }
}

async function ask(pool: Pool): Promise<void> {
  const { body } = await pool.request({ method: 'POST', path: '/auth/v2/ping' })
  await body.text()
}
