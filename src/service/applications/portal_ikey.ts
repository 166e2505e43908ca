import { prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'

/** The setting that names the portal's application. */
const settingName = 'portal_ikey'

const setting = prepared((db, { name }: { readonly name: string }) =>
  db.selectFrom('settings').select('value').where('name', '=', name),
)

/** @returns The portal's integration key; `undefined` before the portal is used for the first time. */
export async function portalIkey(db: StoreDb): Promise<string | undefined> {
  const [row] = await setting(db, { name: settingName })
  return row === undefined || row.value === '' ? undefined : row.value
}

/** Locks the setting until the transaction ends, so that concurrent transactions wait here. */
export async function lockPortalIkey(db: StoreDb): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name: settingName, value: '' })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ name: settingName }))
    .execute()
}

export async function setPortalIkey(ikey: string, db: StoreDb): Promise<void> {
  await db.updateTable('settings').set({ value: ikey }).where('name', '=', settingName).execute()
}
