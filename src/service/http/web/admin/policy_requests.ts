import * as z from 'zod'
import type { PolicyPlace } from '../../../administration/acts/policy_approval.ts'
import { Integrations } from '../../../applications/integrations.ts'
import { Policies, type Policy } from '../../../applications/policy/policies.ts'
import { Groups } from '../../../people/groups.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { globalKey } from './policy_json.ts'

const position = z.number().int().min(1).max(10_000).optional()
const ikey = z.string().max(40)

/** The sections of a policy, as the vendor writes them; the acts check them. */
export const sectionsBody = z.record(z.string().max(100), z.unknown())

/** Where a policy applies. */
export const placeBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('global') }),
  z.object({ kind: z.literal('application'), ikey }),
  z.object({ kind: z.literal('group'), ikey, group_id: z.string().max(40), position }),
])
export type PlaceBody = z.infer<typeof placeBody>

/** Reads what requests about policies name. */
export class PolicyRequests {
  readonly #store: Store
  readonly #policies: Policies

  constructor(store: Store) {
    this.#store = store
    this.#policies = new Policies(store)
  }

  /** @returns `undefined` for the global policy if there is none yet. @throws {NotFound} */
  async find(key: string): Promise<Policy | undefined> {
    const { db } = this.#store
    if (key === globalKey) return await this.#policies.global(db)
    const policy = await this.#policies.byKey(key, db)
    if (policy === undefined) throw new NotFound('this policy does not exist any more')
    return policy
  }

  /** @throws {NotFound} also for the global policy if there is none. */
  async require(key: string): Promise<Policy> {
    const policy = await this.find(key)
    if (policy === undefined) throw new NotFound('there is no global policy yet')
    return policy
  }

  /** @throws {InvalidInput} for an unknown application or group. */
  async place(body: PlaceBody): Promise<PolicyPlace> {
    if (body.kind === 'global') return { kind: 'global' }
    const { db } = this.#store
    const integration = await new Integrations(this.#store).byIkey(body.ikey, db)
    if (integration === undefined) {
      throw new InvalidInput('ikey', 'This application does not exist any more.')
    }
    if (body.kind === 'application') return { kind: 'application', integration }
    const group = await new Groups().byId(body.group_id, db)
    if (group === undefined)
      throw new InvalidInput('group_id', 'This group does not exist any more.')
    return { kind: 'group', integration, group }
  }
}
