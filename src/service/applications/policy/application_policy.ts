import type { Store, StoreDb } from '../../store/store.ts'
import { AccessError } from '../access_error.ts'
import { lockIntegration } from '../integrations.ts'
import { Policies, type Policy } from './policies.ts'
import { type PolicyAttachment, PolicyAttachments } from './policy_attachments.ts'
import { isObject, type NewUserBehavior, type SectionName } from './policy_sections.ts'

/** What an application's own policy can say without a policy being named. */
export interface ApplicationPolicyChange {
  readonly newUsers?: NewUserBehavior | undefined
  readonly verifiedPush?: boolean | undefined
  /** 3 to 8. */
  readonly verifiedPushDigits?: number | undefined
}

/**
 * Changes the policy that only this application has, and creates it if there is none. The verified
 * push shares its section with the allowed methods: a new section begins as the one in effect, so that
 * a method that was blocked stays blocked.
 *
 * @throws {AccessError} `ACCESS_POLICY_SHARED` if the application's policy applies elsewhere, too.
 */
export async function changeApplicationPolicy(
  store: Store,
  { ikey, name }: { readonly ikey: string; readonly name: string },
  { newUsers, verifiedPush, verifiedPushDigits }: ApplicationPolicyChange,
  now: number,
  db: StoreDb,
): Promise<Policy | undefined> {
  const setsPush = verifiedPush !== undefined || verifiedPushDigits !== undefined
  if (newUsers === undefined && !setsPush) return undefined
  // concurrent changes must not create a policy each
  await lockIntegration(ikey, store, db)
  const [policies, attachments] = [new Policies(store), new PolicyAttachments(store)]
  const own = await policies.ofApplication(ikey, db)
  if (own !== undefined) requireUnshared(own, ikey, await attachments.list(db))
  const global = await policies.global(db)
  const inEffect = (section: SectionName) => {
    const value = own?.sections[section] ?? global?.sections[section]
    return isObject(value) ? value : {}
  }
  const methods = {
    ...inEffect('authentication_methods'),
    ...(verifiedPush === undefined ? {} : { require_verified_push: verifiedPush }),
    ...(verifiedPushDigits === undefined ? {} : { verified_push_digits: verifiedPushDigits }),
  }
  const sections = {
    ...(newUsers === undefined
      ? {}
      : { new_user: { ...inEffect('new_user'), new_user_behavior: newUsers } }),
    ...(setsPush ? { authentication_methods: methods } : {}),
  }
  if (own !== undefined) return await policies.update(own, { sections }, db)
  const freeName = await policies.freeName(name, db)
  const created = await policies.create({ name: freeName, sections }, now, db)
  await attachments.setApplication(ikey, created.policyKey, db)
  return created
}

function requireUnshared(
  { policyKey, name, isGlobal }: Policy,
  ikey: string,
  attachments: readonly PolicyAttachment[],
): void {
  const other = attachments.find(
    ({ policyKey: attached, application, group }) =>
      attached === policyKey && (application.ikey !== ikey || group !== undefined),
  )
  if (!isGlobal && other === undefined) return
  const place = isGlobal ? 'to all applications' : `to ${other?.application.name ?? ''}`
  throw new AccessError(
    'ACCESS_POLICY_SHARED',
    `the policy '${name}' of this application also applies ${place}; change it with countersign policy edit, or attach another policy`,
  )
}
