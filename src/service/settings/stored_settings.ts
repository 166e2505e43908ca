import { defaultConfig } from '../config/service_config.ts'
import type { StoreDb } from '../store/store.ts'
import type { SettingOf } from './setting_table.ts'
import { Settings } from './settings.ts'

/** Settings that an act reads in its transaction; countersign.cfg can't set them. */
type StoredKey =
  | 'two_person_approval'
  | 'approval_hours'
  | 'admin_exports_per_hour'
  | 'admin_bypass_codes_per_hour'
  | 'admin_unlocks_per_hour'
  | 'admin_invitations_per_hour'

export interface StoredSettings {
  get<Key extends StoredKey>(key: Key): SettingOf<Key>
}

/** The settings as they are stored now, for those that no file sets. */
export async function storedSettings(db: StoreDb): Promise<StoredSettings> {
  return await Settings.load(defaultConfig('.'), db)
}
