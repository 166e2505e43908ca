import { z } from 'zod'
import { attachPolicy, detachPolicy } from '../../../administration/acts/policies.ts'
import type { PolicyPlace } from '../../../administration/acts/policy_approval.ts'
import type { RunAct } from '../../../administration/administration.ts'
import { Integrations } from '../../../applications/integrations.ts'
import type { Policy } from '../../../applications/policy/policies.ts'
import type { PolicyAttachment } from '../../../applications/policy/policy_attachments.ts'
import { Groups } from '../../../people/groups.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { invalid, json } from './parameters.ts'

const maxListed = 100

/** One place where a policy applies. */
export const appliesTo = z.strictObject({
  app_integration_key: z.string(),
  app_name: z.string(),
  apply_type: z.enum(['app', 'group_app']),
  group_position: z.int().nullable().describe('Place in the stack of the application, from 1.'),
  groups: z.array(z.strictObject({ group_id: z.string(), group_name: z.string() })),
})

const keys = z.array(z.string()).max(maxListed)
const commaSeparated = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
    : value
export const keyList = z.preprocess(commaSeparated, keys).optional()
const groupPolicies = z
  .array(
    z.object({
      app_integration_key: z.string(),
      group_id_list: z.preprocess(commaSeparated, keys),
      /** Not part of the vendor's documentation: where the first group goes in the stack. */
      group_position: z.int().min(1).optional(),
    }),
  )
  .max(maxListed)
  .optional()

/** Where a request attaches and detaches a policy. */
export const places = {
  apply_to_apps: json(z.object({ apply_list: keyList, unapply_list: keyList })).optional(),
  apply_to_groups_in_apps: json(
    z.object({
      apply_group_policies_list: groupPolicies,
      unapply_group_policies_list: groupPolicies,
    }),
  ).optional(),
}
type Places = z.output<z.ZodObject<typeof places>>

interface PlaceChange {
  readonly place: Exclude<PolicyPlace, { kind: 'global' }>
  /** Place in the stack, from 1; at the end without one. */
  readonly position: number | undefined
}

interface PlaceChanges {
  readonly attach: readonly PlaceChange[]
  readonly detach: readonly PlaceChange[]
}

export async function changePlaces(
  policy: Policy,
  { attach, detach }: PlaceChanges,
  run: RunAct,
): Promise<void> {
  for (const { place } of detach) await run(detachPolicy, { policy, place })
  for (const { place, position } of attach) await run(attachPolicy, { policy, place, position })
}

/** @throws {AuthApiFailure} 40002 for an unknown application or group. */
export async function readPlaces(given: Places, store: Store, db: StoreDb): Promise<PlaceChanges> {
  const [integrations, groups] = [new Integrations(store), new Groups()]
  const attach: PlaceChange[] = []
  const detach: PlaceChange[] = []
  const { apply_to_apps: apps, apply_to_groups_in_apps: inApps } = given
  const readApp = async (ikey: string, parameter: string) => {
    const integration = await integrations.byIkey(ikey, db)
    if (integration === undefined) throw invalid(parameter, `there is no application ${ikey}`)
    return integration
  }
  for (const [list, changes] of [
    [apps?.apply_list, attach],
    [apps?.unapply_list, detach],
  ] as const) {
    for (const ikey of list ?? []) {
      const integration = await readApp(ikey, 'apply_to_apps')
      changes.push({ place: { kind: 'application', integration }, position: undefined })
    }
  }
  for (const [list, changes] of [
    [inApps?.apply_group_policies_list, attach],
    [inApps?.unapply_group_policies_list, detach],
  ] as const) {
    for (const { app_integration_key: ikey, group_id_list: ids, group_position: first } of list ??
      []) {
      const integration = await readApp(ikey, 'apply_to_groups_in_apps')
      for (const [index, groupId] of ids.entries()) {
        const group = await groups.byId(groupId, db)
        if (group === undefined) {
          throw invalid('apply_to_groups_in_apps', `there is no group ${groupId}`)
        }
        const position = first === undefined ? undefined : first + index
        changes.push({ place: { kind: 'group', integration, group }, position })
      }
    }
  }
  return { attach, detach }
}

export function toPlaceObject({ application, group }: PolicyAttachment): z.infer<typeof appliesTo> {
  return {
    app_integration_key: application.ikey,
    app_name: application.name,
    apply_type: group === undefined ? 'app' : 'group_app',
    group_position: group?.position ?? null,
    groups: group === undefined ? [] : [{ group_id: group.groupId, group_name: group.name }],
  }
}
