import { prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'

/** The setting that names the portal's application. */
export const portalIkeySetting = 'portal_ikey'

const setting = prepared((db, { name }: { readonly name: string }) =>
  db.selectFrom('settings').select('value').where('name', '=', name),
)

/** @returns The portal's integration key; `undefined` before the portal is used for the first time. */
export async function portalIkey(db: StoreDb): Promise<string | undefined> {
  const [row] = await setting(db, { name: portalIkeySetting })
  return row === undefined || row.value === '' ? undefined : row.value
}
