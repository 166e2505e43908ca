import { lockSetting, readSetting, writeSetting } from '../store/settings.ts'
import type { StoreDb } from '../store/store.ts'
import type { OwnType } from './integrations.ts'

/** The settings that name the service's own applications. */
const settingNames = { portal: 'portal_ikey', panel: 'panel_ikey' } as const

/** @returns Its integration key; `undefined` before it is used for the first time. */
export async function ownIkey(type: OwnType, db: StoreDb): Promise<string | undefined> {
  const ikey = await readSetting(settingNames[type], db)
  return ikey === '' ? undefined : ikey
}

/** Locks the setting until the transaction ends, so that concurrent transactions wait here. */
export async function lockOwnIkey(type: OwnType, db: StoreDb): Promise<void> {
  await lockSetting(settingNames[type], db)
}

export async function setOwnIkey(type: OwnType, ikey: string, db: StoreDb): Promise<void> {
  await writeSetting(settingNames[type], ikey, db)
}
