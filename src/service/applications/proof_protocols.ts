import type { Clock } from '../../host/clock.ts'
import type { StoreDb } from '../store/store.ts'
import type { Integration, Integrations } from './integrations.ts'

const hourMs = 3_600_000

/** Keeps which applications use CHAP or MS-CHAP, so that administrators see what does not work there. */
export class ProofProtocols {
  readonly #integrations: Pick<Integrations, 'sawProof'>
  readonly #db: StoreDb
  readonly #clock: Clock

  constructor(integrations: Pick<Integrations, 'sawProof'>, db: StoreDb, clock: Clock) {
    this.#integrations = integrations
    this.#db = db
    this.#clock = clock
  }

  /** Writes at most once an hour, unless the protocol changes. */
  async saw({ ikey, proofProtocol: last }: Integration, protocol: string): Promise<void> {
    const now = this.#clock.now()
    if (last?.protocol === protocol && now - last.seen < hourMs) return
    await this.#integrations.sawProof(ikey, { protocol, seen: now }, this.#db)
  }
}
