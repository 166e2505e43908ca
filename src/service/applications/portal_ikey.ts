import { lockSetting, readSetting, writeSetting } from '../store/settings.ts'
import type { StoreDb } from '../store/store.ts'

/** The setting that names the portal's application. */
const settingName = 'portal_ikey'

/** @returns The portal's integration key; `undefined` before the portal is used for the first time. */
export async function portalIkey(db: StoreDb): Promise<string | undefined> {
  const ikey = await readSetting(settingName, db)
  return ikey === '' ? undefined : ikey
}

/** Locks the setting until the transaction ends, so that concurrent transactions wait here. */
export async function lockPortalIkey(db: StoreDb): Promise<void> {
  await lockSetting(settingName, db)
}

export async function setPortalIkey(ikey: string, db: StoreDb): Promise<void> {
  await writeSetting(settingName, ikey, db)
}
