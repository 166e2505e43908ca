import { AccessError } from '../../applications/access_error.ts'
import { type Integration, Integrations } from '../../applications/integrations.ts'
import { Policies, type Policy } from '../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../applications/policy/policy_attachments.ts'
import { findWeakenedSections } from '../../applications/policy/policy_weakening.ts'
import { type Group, Groups } from '../../people/groups.ts'
import { lockSetting } from '../../store/settings.ts'
import type { Store, StoreDb } from '../../store/store.ts'

/** Where a policy is attached. */
export type PolicyPlace =
  | { readonly kind: 'global' }
  | { readonly kind: 'application'; readonly integration: Integration }
  | { readonly kind: 'group'; readonly integration: Integration; readonly group: Group }

/** A place as it is kept while a request waits for approval. */
type KeptPlace =
  | { readonly kind: 'global' }
  | { readonly kind: 'application'; readonly ikey: string }
  | { readonly kind: 'group'; readonly ikey: string; readonly groupId: string }

interface Context {
  readonly store: Store
  readonly db: StoreDb
}

/** Characters of one section. */
const maxDetailLength = 200

/** Whether a change makes the policy of any application ask less of anyone. */
export async function watchPolicies(
  _: unknown,
  { store, db }: Context,
): Promise<() => Promise<boolean>> {
  const attachments = new PolicyAttachments(store)
  // two changes at once could each look harmless without the other
  await lockSetting('policies', db)
  const before = await attachments.allLayers(db)
  return async () => findWeakenedSections(before, await attachments.allLayers(db)).length > 0
}

export function keepPlace(place: PolicyPlace): KeptPlace {
  switch (place.kind) {
    case 'global':
      return { kind: 'global' }
    case 'application':
      return { kind: 'application', ikey: place.integration.ikey }
    case 'group':
      return { kind: 'group', ikey: place.integration.ikey, groupId: place.group.groupId }
  }
}

/** @throws {AccessError} `ACCESS_GONE` */
export async function restorePlace(kept: KeptPlace, { store, db }: Context): Promise<PolicyPlace> {
  if (kept.kind === 'global') return { kind: 'global' }
  const integration = await new Integrations(store).byIkey(kept.ikey, db)
  if (integration === undefined) throw gone('application')
  if (kept.kind === 'application') return { kind: 'application', integration }
  const group = await new Groups().byId(kept.groupId, db)
  if (group === undefined) throw gone('group')
  return { kind: 'group', integration, group }
}

/**
 * Reads a policy again, which must be as it was when the approval was requested.
 *
 * @throws {AccessError} `ACCESS_POLICY_GONE`, `ACCESS_POLICY_CHANGED`
 */
export async function restorePolicy(kept: Policy, { store, db }: Context): Promise<Policy> {
  const present = await new Policies(store).hold(kept, db)
  const isSame = JSON.stringify(present.sections) === JSON.stringify(kept.sections)
  if (isSame && present.name === kept.name) return present
  throw new AccessError(
    'ACCESS_POLICY_CHANGED',
    `the policy '${kept.name}' was changed since the approval was requested`,
  )
}

/** A place as a log line and a request name it. */
export function describePlace(place: PolicyPlace): string {
  switch (place.kind) {
    case 'global':
      return 'global'
    case 'application':
      return `application=${place.integration.name}`
    case 'group':
      return `application=${place.integration.name} group=${place.group.name}`
  }
}

/**
 * Describes a change to the person who approves it, with the name of every section. Each value is shortened
 * separately, so that a long one can't hide the others.
 */
export function changeText(change: object): string {
  const parts = Object.entries(change).flatMap(([name, value]: [string, unknown]) =>
    name === 'sections' && typeof value === 'object' && value !== null
      ? Object.entries(value).map(detail)
      : value === undefined
        ? []
        : [detail([name, value])],
  )
  return parts.length === 0 ? 'nothing set' : parts.join('; ')
}

function detail([name, value]: [string, unknown]): string {
  const text = JSON.stringify(value)
  return `${name}=${text.length <= maxDetailLength ? text : `${text.slice(0, maxDetailLength)}…`}`
}

function gone(what: string): AccessError {
  return new AccessError('ACCESS_GONE', `the ${what} was removed`)
}
