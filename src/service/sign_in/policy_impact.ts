import type { Clock } from '../../host/clock.ts'
import { type Integration, Integrations } from '../applications/integrations.ts'
import { effectivePolicy } from '../applications/policy/effective_policy.ts'
import {
  type ApplicationLayers,
  PolicyAttachments,
} from '../applications/policy/policy_attachments.ts'
import type { EffectivePolicy, PolicyLayer } from '../applications/policy/policy_layers.ts'
import { type PolicyProposal, proposedLayers } from '../applications/policy/policy_proposal.ts'
import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import { findWeakenedSections } from '../applications/policy/policy_weakening.ts'
import { type AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import { Groups } from '../people/groups.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { isPolicyMatter, methodsInLog, policyEffect, type UserMethods } from './policy_effect.ts'
import { type EffectCount, EffectTally } from './policy_effect_tally.ts'
import type { Subjects } from './subject.ts'

/** What a change of policies would have done to the sign-ins of the last days. */
export interface PolicyImpact {
  /** From when on sign-ins were read, in milliseconds since 1970. */
  readonly since: number
  /** Sign-ins that were read, of the applications where the change has an effect. */
  readonly signIns: number
  /** Whether there were more, which were not read. */
  readonly isBounded: boolean
  /** The applications where the policies would differ. */
  readonly applications: readonly { readonly ikey: string; readonly name: string }[]
  /** Every effect, in the order of `policyEffects`. */
  readonly effects: readonly EffectCount[]
  /** The sections that would ask less of anyone. */
  readonly weakened: readonly string[]
  /** Sections whose change the log can't show, such as limits. */
  readonly notShown: readonly string[]
}

interface ChangedApplication {
  readonly integration: Integration
  readonly current: readonly PolicyLayer[]
  readonly proposed: readonly PolicyLayer[]
  /** The groups that the policies tell apart. */
  readonly groupIds: ReadonlySet<string>
}

interface PolicyPair {
  readonly current: EffectivePolicy
  readonly proposed: EffectivePolicy
  readonly isSame: boolean
}

const daysRead = 7
const dayMs = 86_400_000
/** A page is evaluated at once, and sign-ins wait for that long. */
const pageSize = 500

/**
 * Computes what a change of policies would have done to the sign-ins of the last seven days. Each one is
 * decided twice, with the policies now and with the proposed ones. The log has no groups and devices, so
 * those of today are used.
 */
export class PolicyImpacts {
  readonly #store: Store
  readonly #subjects: Subjects
  readonly #limits: ConfiguredLimits
  readonly #clock: Clock
  readonly #maxSignIns: number
  readonly #attachments: PolicyAttachments
  readonly #integrations: Integrations
  readonly #log = new AuthenticationLog()
  readonly #groups = new Groups()

  /** @param maxSignIns Lines of the log that are read at most, the newest first. */
  constructor(
    store: Store,
    subjects: Subjects,
    limits: ConfiguredLimits,
    clock: Clock,
    maxSignIns = 20_000,
  ) {
    this.#store = store
    this.#subjects = subjects
    this.#limits = limits
    this.#clock = clock
    this.#maxSignIns = maxSignIns
    this.#attachments = new PolicyAttachments(store)
    this.#integrations = new Integrations(store)
  }

  async of(proposal: PolicyProposal): Promise<PolicyImpact> {
    const { db } = this.#store
    const since = this.#clock.now() - daysRead * dayMs
    const before = await this.#attachments.allLayers(db)
    const after = before.map((application) => ({
      ...application,
      layers: proposedLayers(application.ikey, application.layers, proposal),
    }))
    const changed = await this.#changedApplications(before, after, db)
    const tally = new EffectTally()
    // the last layers are those of an application without policies
    const isEveryApplication = changed.size === before.length - 1
    const isBounded =
      changed.size > 0 && (await this.#read(changed, since, tally, isEveryApplication, db))
    return {
      since,
      signIns: tally.signIns,
      isBounded,
      applications: [...changed.values()].map(({ integration: { ikey, name } }) => ({
        ikey,
        name,
      })),
      effects: tally.effects(),
      weakened: findWeakenedSections(before, after),
      notShown: findNotShown([...changed.values()]),
    }
  }

  async #changedApplications(
    before: readonly ApplicationLayers[],
    after: readonly ApplicationLayers[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, ChangedApplication>> {
    const byIkey = new Map((await this.#integrations.list(db)).map((each) => [each.ikey, each]))
    const changed = before.flatMap(({ ikey, layers: current }, index) => {
      const proposed = after[index]?.layers ?? current
      const integration = byIkey.get(ikey)
      if (integration === undefined || isSame(current, proposed)) return []
      const groups = [...current, ...proposed].map(({ group }) => group?.groupId)
      const groupIds = new Set(groups.filter((groupId) => groupId !== undefined))
      return [[ikey, { integration, current, proposed, groupIds }] as const]
    })
    return new Map(changed)
  }

  /** @returns Whether there are more lines than may be read. */
  async #read(
    changed: ReadonlyMap<string, ChangedApplication>,
    since: number,
    tally: EffectTally,
    isEveryApplication: boolean,
    db: StoreDb,
  ): Promise<boolean> {
    const policies = new Map<string, PolicyPair>()
    const methods = new Map<string, UserMethods>()
    const filter = isEveryApplication ? {} : { oneOf: { ikey: [...changed.keys()] } }
    let left = this.#maxSignIns
    let after: string | undefined
    do {
      const limit = Math.min(pageSize, left)
      const page = await this.#log.page({ mintime: since, ...filter, limit, after }, db)
      left -= page.items.length
      const events = page.items.filter(isPolicyMatter)
      const userIds = new Set(events.flatMap(({ userId }) => (userId === null ? [] : [userId])))
      const groups = await this.#groups.ofUsers([...userIds], db)
      for (const event of events) {
        const application = changed.get(event.ikey)
        if (application === undefined || !tally.isNew(event)) continue
        const own = groups.get(event.userId ?? '')?.map(({ groupId }) => groupId) ?? []
        const pair = this.#policyPair(application, own, policies)
        if (pair.isSame) continue
        const user =
          methodsInLog(event, [pair.current, pair.proposed]) ??
          (await this.#methodsToday(event, application, methods))
        tally.add(event, policyEffect(event, application.integration, user, pair))
      }
      after = page.next ?? undefined
      // sign-ins go on between two pages
      await new Promise(setImmediate)
    } while (after !== undefined && left > 0)
    return after !== undefined
  }

  #policyPair(
    { integration, current, proposed, groupIds }: ChangedApplication,
    own: readonly string[],
    known: Map<string, PolicyPair>,
  ): PolicyPair {
    const relevant = own.filter((groupId) => groupIds.has(groupId)).toSorted()
    const key = [integration.ikey, ...relevant].join(' ')
    const cached = known.get(key)
    if (cached !== undefined) return cached
    const [before, after] = [current, proposed].map((layers) =>
      effectivePolicy(integration, layers, new Set(relevant), this.#limits),
    )
    if (before === undefined || after === undefined) throw new Error('two policies are compared')
    const isUnchanged =
      isSame(before.rules, after.rules) && isSame(before.unreadable, after.unreadable)
    const pair = { current: before, proposed: after, isSame: isUnchanged }
    known.set(key, pair)
    return pair
  }

  async #methodsToday(
    { userId, username }: AuthenticationEvent,
    { integration }: ChangedApplication,
    known: Map<string, UserMethods>,
  ): Promise<UserMethods> {
    const key = userId ?? username
    const cached = known.get(key)
    if (cached !== undefined) return cached
    const user = userId === null ? { username } : { userId }
    const request = { user, integration, ipaddr: '', readsBypassCodes: true }
    const facts = (await this.#subjects.gather(request))?.facts
    // a user who was deleted since had something to sign in with
    const methods = facts ?? { enrolled: true, methods: [] }
    known.set(key, methods)
    return methods
  }
}

/** Limits act on what came before a sign-in, and the log does not say whether a push showed a code. */
const notInLog = {
  lockout: 'lockout',
  push_fatigue: 'push_fatigue',
  require_verified_push: 'authentication_methods',
} as const

function findNotShown(changed: readonly ChangedApplication[]): string[] {
  return Object.entries(notInLog).flatMap(([name, section]) => {
    const values = (layers: readonly PolicyLayer[]) =>
      layers
        .map(({ policy }) => valueIn(policy.sections[section], name === section ? '' : name))
        .filter((value) => value !== undefined)
    return changed.some(({ current, proposed }) => !isSame(values(current), values(proposed)))
      ? [name]
      : []
  })
}

function valueIn(section: unknown, key: string): unknown {
  if (key === '' || typeof section !== 'object' || section === null) return section
  return Reflect.get(section, key)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
