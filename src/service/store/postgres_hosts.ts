import type pg from 'pg'

/** One of the hosts of the database's address. */
export interface PostgresHost<Address> {
  readonly name: string
  readonly address: Address
}

/** What a host says about itself. */
interface HostState {
  readonly takesWrites: boolean
  /** Grows by one with each promotion. */
  readonly timeline: number
}

export interface PostgresHostsOptions<Address> {
  readonly hosts: readonly PostgresHost<Address>[]
  /** A client for one host, not connected yet. */
  readonly connect: (address: Address) => pg.Client
}

const findWithinMs = 4_000
const retryMs = 250

const hostStateQuery = `
  select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as "takesWrites",
         case when pg_is_in_recovery() then 0
              else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
         end as timeline`

/**
 * Finds the primary among several hosts. Of two that take writes, as when an old primary returns after its
 * standby was promoted, the one with the higher timeline is the primary; a timeline lower than one that was
 * seen before is never accepted.
 */
export class PostgresHosts<Address> {
  readonly #options: PostgresHostsOptions<Address>
  #current: PostgresHost<Address>
  #isVerified: boolean
  #timeline = 0
  #finding: Promise<PostgresHost<Address>> | undefined

  constructor(options: PostgresHostsOptions<Address>) {
    const [first, ...others] = options.hosts
    if (first === undefined) throw new TypeError('there is no host')
    this.#options = options
    this.#current = first
    this.#isVerified = others.length === 0
  }

  /** The primary, as far as is known; `find` makes sure. */
  get current(): PostgresHost<Address> {
    return this.#current
  }

  get hasSeveral(): boolean {
    return this.#options.hosts.length > 1
  }

  /** Makes the next connection look for the primary again. */
  distrust(): void {
    this.#isVerified = !this.hasSeveral
  }

  /** @throws The error of the last host if none takes writes within four seconds. */
  async find(): Promise<PostgresHost<Address>> {
    if (this.#isVerified) return this.#current
    this.#finding ??= this.#search().finally(() => {
      this.#finding = undefined
    })
    return await this.#finding
  }

  async #search(): Promise<PostgresHost<Address>> {
    const until = performance.now() + findWithinMs
    for (;;) {
      try {
        const { host, timeline } = await this.#ask()
        this.#current = host
        this.#timeline = timeline
        this.#isVerified = true
        return host
      } catch (error) {
        if (performance.now() > until) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  /** Asks all at once. A timeline that was not seen before needs no comparison with slow hosts. */
  #ask(): Promise<{ readonly host: PostgresHost<Address>; readonly timeline: number }> {
    const { hosts } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<{
      readonly host: PostgresHost<Address>
      readonly timeline: number
    }>()
    let best: { readonly host: PostgresHost<Address>; readonly timeline: number } | undefined
    let failure: unknown = new Error('no host of database_url takes writes')
    const asked = hosts.map(async (host) => {
      try {
        const { takesWrites, timeline } = await this.#readState(host)
        if (!takesWrites || timeline < this.#timeline) return
        if (best === undefined || timeline > best.timeline) best = { host, timeline }
        if (this.#timeline > 0 && timeline > this.#timeline) resolve(best)
      } catch (error) {
        failure = error
      }
    })
    void Promise.all(asked).then(() => (best === undefined ? reject(failure) : resolve(best)))
    return promise
  }

  async #readState({ address }: PostgresHost<Address>): Promise<HostState> {
    const client = this.#options.connect(address)
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ takesWrites: boolean; timeline: number }>(
        hostStateQuery,
      )
      const [{ takesWrites, timeline } = { takesWrites: false, timeline: 0 }] = rows
      return { takesWrites, timeline }
    } finally {
      void client.end().catch(() => {})
    }
  }
}
