import { PermittedGroups, type PermittingApplication } from '../applications/permitted_groups.ts'
import { type GroupPolicy, PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import { Groups } from '../people/groups.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** What depends on a group, and ends when it is deleted. */
export interface GroupUses {
  readonly members: number
  readonly policies: readonly GroupPolicy[]
  /** The applications that its members may use because they are members. */
  readonly permittedIn: readonly PermittingApplication[]
}

export async function groupUses(groupId: string, store: Store, db: StoreDb): Promise<GroupUses> {
  return {
    members: await new Groups().memberCount(groupId, db),
    policies: await new PolicyAttachments(store).ofGroup(groupId, db),
    permittedIn: await new PermittedGroups(store).ofGroup(groupId, db),
  }
}
