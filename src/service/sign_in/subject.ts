import type { Clock } from '../../host/clock.ts'
import type { Integration } from '../applications/integrations.ts'
import type { PermittedGroups } from '../applications/permitted_groups.ts'
import {
  type AuthMethod,
  allowedCapabilities,
  methodsOfPhone,
} from '../applications/policy/authentication_methods.ts'
import { effectivePolicy } from '../applications/policy/effective_policy.ts'
import type { PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import type { EffectivePolicy, PolicyLayer } from '../applications/policy/policy_layers.ts'
import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import type { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { type OathToken, type OathTokenRow, toToken } from '../authenticators/oath/oath_token.ts'
import type { OathTokens } from '../authenticators/oath/oath_tokens.ts'
import { type CapablePhone, capablePhones } from '../authenticators/phone/capable_phone.ts'
import { type Phones, toPhone } from '../authenticators/phone/phones.ts'
import type { SmsPasscodes } from '../authenticators/sms/sms_passcodes.ts'
import { toYubikey, type Yubikey, type Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { type Groups, toGroup } from '../people/groups.ts'
import { currentStatus, type UserRecord } from '../people/user.ts'
import { type NameRefusal, newNameRefusal } from '../people/user_names.ts'
import { toUserRecord } from '../people/user_row.ts'
import type { Users } from '../people/users.ts'
import type { Store } from '../store/store.ts'
import { type Decision, decide, type Finding, type SignInFacts } from './decision.ts'
import type { Lockout } from './lockout.ts'
import { noUserId, readSubjectRows } from './subject_rows.ts'
import type { Budget, UserReference } from './transaction/attempt.ts'

/** A user, known or not, who wants to sign in, and the decision whether they may. */
export interface Subject {
  readonly user: UserRecord | undefined
  /** With the capabilities that the policy allows. */
  readonly phones: readonly CapablePhone[]
  /** OATH tokens without those of phones, then YubiKeys; none if the policy blocks hardware tokens. */
  readonly tokens: readonly (OathToken | Yubikey)[]
  /** Every OATH token, those of phones too, with the secrets sealed. */
  readonly oathTokens: readonly OathTokenRow[]
  readonly policy: EffectivePolicy
  readonly decision: Decision
  /** The steps that led to the decision. */
  readonly findings: readonly Finding[]
  /** Why an unknown name is denied regardless of the policy for new users. */
  readonly nameRefusal: NameRefusal | undefined
}

/** What a decision about a user depends on. */
export interface GatheredFacts
  extends Pick<Subject, 'user' | 'oathTokens' | 'policy' | 'nameRefusal'> {
  readonly facts: SignInFacts
  /** Every policy that applies in the application, the most specific first. */
  readonly layers: readonly PolicyLayer[]
  /** What can be asked of the user, whatever the policy allows. */
  readonly phones: readonly CapablePhone[]
  readonly tokens: readonly (OathToken | Yubikey)[]
}

/** A request to decide about a user. */
export interface SubjectRequest {
  readonly user: UserReference
  readonly integration: Pick<
    Integration,
    'ikey' | 'name' | 'type' | 'enabled' | 'usernameNormalization' | 'userAccess'
  >
  /** The client address as the application sent it; may be empty. */
  readonly ipaddr: string
  readonly budget?: Budget | undefined
  /** The only methods that this sign-in can use, in place of those of the user's devices. */
  readonly methods?: readonly AuthMethod[] | undefined
  /**
   * Whether to read the bypass codes of users whose devices decide already. An explanation lists every
   * method; a sign-in saves the query.
   */
  readonly readsBypassCodes?: boolean | undefined
}

/** The tables of users and of what they sign in with. */
export interface Directory {
  readonly users: Users
  readonly groups: Groups
  readonly phones: Phones
  readonly tokens: OathTokens
  readonly yubikeys: Yubikeys
  readonly bypassCodes: BypassCodes
  readonly smsPasscodes: SmsPasscodes
}

/** Reads what decides about a user before a second factor is checked. */
export class Subjects {
  readonly #store: Store
  readonly #directory: Directory
  readonly #lockout: Lockout
  readonly #permitted: PermittedGroups
  readonly #policies: PolicyAttachments
  readonly #limits: ConfiguredLimits
  readonly #delivery: Delivery
  readonly #clock: Clock

  constructor(
    store: Store,
    directory: Directory,
    lockout: Lockout,
    permitted: PermittedGroups,
    policies: PolicyAttachments,
    limits: ConfiguredLimits,
    delivery: Delivery,
    clock: Clock,
  ) {
    this.#store = store
    this.#directory = directory
    this.#lockout = lockout
    this.#permitted = permitted
    this.#policies = policies
    this.#limits = limits
    this.#delivery = delivery
    this.#clock = clock
  }

  /** @returns `undefined` for an unknown identifier; an unknown name is a subject too. */
  async read(request: SubjectRequest): Promise<Subject | undefined> {
    const gathered = await this.gather(request)
    if (gathered === undefined) return undefined
    const { user, oathTokens, policy, nameRefusal, facts, phones, tokens } = gathered
    const blocked = new Set(policy.rules.authentication_methods.blocked_auth_list)
    return {
      user,
      oathTokens,
      phones: phones.map((phone) => ({
        ...phone,
        capabilities: allowedCapabilities(phone.capabilities, blocked),
      })),
      tokens: blocked.has('hardware-token') ? [] : tokens,
      policy,
      ...decide(facts, policy),
      nameRefusal,
    }
  }

  /** Reads what decides, without deciding. @returns `undefined` for an unknown identifier. */
  async gather(request: SubjectRequest): Promise<GatheredFacts | undefined> {
    const { user: reference, integration, budget = 'sign-in' } = request
    const { usernameNormalization } = integration
    const { db } = this.#store
    const now = this.#clock.now()
    const [rows, layers, permitted] = await Promise.all([
      readSubjectRows(reference, usernameNormalization, this.#store),
      this.#policies.layersInTurn(integration.ikey),
      integration.userAccess === 'PERMITTED_GROUPS'
        ? this.#permitted.ofApplicationInTurn(integration.ikey)
        : [],
    ])
    const user = rows.user === undefined ? undefined : toUserRecord(rows.user)
    if (user === undefined && 'userId' in reference) return undefined
    const nameRefusal =
      user === undefined && 'username' in reference
        ? await newNameRefusal(reference.username, usernameNormalization, db)
        : undefined
    const userId = user?.userId ?? noUserId
    const ownGroups = rows.groups.map(toGroup)
    const ownPhones = rows.phones.map((row) => ({ ...toPhone(row), userId }))
    const ownTokens = rows.tokens.map(toToken)
    const ownYubikeys = rows.yubikeys.map(toYubikey)
    const groupIds = new Set(ownGroups.map(({ groupId }) => groupId))
    const policy = effectivePolicy(integration, layers, groupIds, this.#limits)
    const blocked = new Set(policy.rules.authentication_methods.blocked_auth_list)
    const capable = capablePhones(ownPhones, ownTokens, this.#delivery)
    const listed = [...ownTokens.filter(({ phoneId }) => phoneId === null), ...ownYubikeys]
    const ofDevices = deviceMethods(capable, listed)
    const hasDevice = ownPhones.length + ownTokens.length + ownYubikeys.length > 0
    const isLimited = ofDevices.length > 0 && ofDevices.every((method) => blocked.has(method))
    const needsBypassCode = !hasDevice || isLimited || request.readsBypassCodes === true
    const hasBypassCode = needsBypassCode && (await this.#hasBypassCode(userId, now))
    const ofUser = hasBypassCode ? [...ofDevices, 'bypass' as const] : ofDevices
    const facts = {
      application: integration,
      status: user === undefined ? undefined : currentStatus(user, now),
      nameRefusal: nameRefusal?.kind,
      groups: ownGroups,
      permittedGroups: new Set(permitted),
      enrolled: hasDevice || hasBypassCode || request.methods !== undefined,
      lockedOut: this.#lockout.accountIsLocked(rows.failures, budget, now),
      methods: request.methods ?? ofUser,
      address: request.ipaddr,
      now,
    }
    return {
      ...{ user, policy, nameRefusal, facts, layers },
      ...{ oathTokens: rows.tokens, phones: capable, tokens: listed },
    }
  }

  async #hasBypassCode(userId: string, now: number): Promise<boolean> {
    const { bypassCodes } = this.#directory
    const { bypass, recovery } = await bypassCodes.countUsable(userId, now, this.#store.db)
    return bypass + recovery > 0
  }
}

function deviceMethods(
  phones: readonly CapablePhone[],
  tokens: readonly unknown[],
): readonly AuthMethod[] {
  const ofPhones = phones.flatMap(({ capabilities }) => methodsOfPhone(capabilities))
  return [...new Set(ofPhones), ...(tokens.length > 0 ? (['hardware-token'] as const) : [])]
}
