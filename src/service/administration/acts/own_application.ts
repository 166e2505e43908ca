import { Integrations, type OwnType } from '../../applications/integrations.ts'
import { lockOwnIkey, ownIkey, setOwnIkey } from '../../applications/own_ikey.ts'
import { changedFields } from '../../audit/changes.ts'
import { act } from '../act.ts'

const defaultNames: Readonly<Record<OwnType, string>> = { portal: 'Portal', panel: 'Admin Panel' }

/**
 * Creates one of the service's own applications, unless another node has just created it.
 *
 * @returns The application, and whether this call created it.
 */
export const createOwnApplication = act({
  name: 'integration_create',
  permits: ['applications.edit'],
  do: async ({ store, db, now }, type: OwnType) => {
    const integrations = new Integrations(store)
    await lockOwnIkey(type, db)
    const ikey = await ownIkey(type, db)
    const existing = ikey === undefined ? undefined : await integrations.byIkey(ikey, db)
    if (existing !== undefined) return { integration: existing, created: false }
    const integration = await integrations.create(
      { name: await integrations.freeName(defaultNames[type], db), type },
      now,
      db,
    )
    await setOwnIkey(type, integration.ikey, db)
    return { integration, created: true }
  },
  log: (_: OwnType, { integration: { name, ikey, type }, created }) =>
    created
      ? {
          object: name,
          objectKind: 'application',
          objectId: ikey,
          description: `${ikey} ${type}`,
          changes: changedFields({}, { name, type }),
        }
      : [],
})
