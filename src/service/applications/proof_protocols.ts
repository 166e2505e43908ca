import type { Clock } from '../../host/clock.ts'
import type { StoreDb } from '../store/store.ts'
import type { Integration, Integrations } from './integrations.ts'

const hourMs = 3_600_000
/** How long an application counts as using the protocol. */
const currentMs = 30 * 24 * hourMs

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

/** The protocol that an application uses now; `undefined` if it sends what users type. */
export function currentProofProtocol(
  { proofProtocol }: Pick<Integration, 'proofProtocol'>,
  now: number,
): string | undefined {
  if (proofProtocol === undefined || now - proofProtocol.seen > currentMs) return undefined
  return proofProtocol.protocol
}

/** The names of the applications where only a proof arrives, so that bypass codes do not work there. */
export async function namesWithProof(
  integrations: Pick<Integrations, 'withProofSince'>,
  now: number,
  db: StoreDb,
): Promise<string[]> {
  return (await integrations.withProofSince(now - currentMs, db)).map(({ name }) => name)
}
