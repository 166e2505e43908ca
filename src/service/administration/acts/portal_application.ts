import { Integrations } from '../../applications/integrations.ts'
import { lockPortalIkey, portalIkey, setPortalIkey } from '../../applications/portal_ikey.ts'
import { act } from '../act.ts'

const defaultName = 'Portal'

/**
 * Creates the portal's application, unless another node has just created it.
 *
 * @returns The application, and whether this call created it.
 */
export const createPortalApplication = act({
  name: 'integration_create',
  permits: ['applications.edit'],
  do: async ({ store, db, now }) => {
    const integrations = new Integrations(store)
    await lockPortalIkey(db)
    const ikey = await portalIkey(db)
    const existing = ikey === undefined ? undefined : await integrations.byIkey(ikey, db)
    if (existing !== undefined) return { integration: existing, created: false }
    const integration = await integrations.create(
      { name: await integrations.freeName(defaultName, db), type: 'portal' },
      now,
      db,
    )
    await setPortalIkey(integration.ikey, db)
    return { integration, created: true }
  },
  log: (_: undefined, { integration: { name, ikey, type }, created }) =>
    created ? { object: name, description: `${ikey} ${type}` } : [],
})
