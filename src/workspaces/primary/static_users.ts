import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../host/secret.ts'
import { matchesDigest } from './password_digest.ts'
import {
  type AdSubCode,
  type PrimaryAuthentication,
  type PrimaryVerdict,
  refusal,
} from './primary.ts'

/** States of an account that refuse a right password, with the sub-code of Active Directory. */
export const accountStates = {
  active: undefined,
  disabled: '533',
  expired: '701',
  locked: '775',
  'password-expired': '532',
  'must-change-password': '773',
} as const satisfies Readonly<Record<string, AdSubCode | undefined>>

export type AccountState = keyof typeof accountStates

/** A user of the simulated domain. */
export interface StaticUser {
  /** sAMAccountName. */
  readonly username: string
  readonly userPrincipalName?: string
  /** The password, or its argon2id hash. */
  readonly password: { readonly clear: Secret } | { readonly digest: string }
  readonly state: AccountState
}

/** A domain whose users are a list. Names are compared as Active Directory does: without case. */
export class StaticUsers implements PrimaryAuthentication {
  readonly #byName = new Map<string, StaticUser>()
  readonly #domain: string

  /** @param domain DNS name of the domain, for user principal names. */
  constructor(users: readonly StaticUser[], domain: string) {
    this.#domain = domain
    for (const user of users) {
      this.#byName.set(user.username.toLowerCase(), user)
      this.#byName.set(this.#principalName(user).toLowerCase(), user)
    }
  }

  async verify(userName: string, password: Secret): Promise<PrimaryVerdict> {
    const user = this.#byName.get(userName.toLowerCase())
    if (user === undefined) return refusal('525')
    // as Active Directory does: the state of an account is revealed only after the right password, except a lockout
    if (user.state === 'locked') return refusal('775')
    if (!(await isPassword(password, user))) return refusal('52e')
    const subCode = accountStates[user.state]
    if (subCode !== undefined) return refusal(subCode)
    const userPrincipalName = this.#principalName(user)
    return { kind: 'accepted', samAccountName: user.username, userPrincipalName }
  }

  async close(): Promise<void> {}

  #principalName({ username, userPrincipalName }: StaticUser): string {
    return userPrincipalName ?? `${username}@${this.#domain}`
  }
}

async function isPassword(typed: Secret, { password }: StaticUser): Promise<boolean> {
  if ('digest' in password) return await matchesDigest(typed.reveal(), password.digest)
  return timingSafeEqual(sha256(typed), sha256(password.clear))
}

function sha256(secret: Secret): Buffer {
  return createHash('sha256').update(secret.reveal()).digest()
}
