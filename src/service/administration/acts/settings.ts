import { changedFields } from '../../audit/changes.ts'
import type { Setting } from '../../settings/setting.ts'
import { isSettingKey, settingTable } from '../../settings/setting_table.ts'
import type { Settings, SettingsUpdate } from '../../settings/settings.ts'
import { act } from '../act.ts'
import { approval } from '../approval.ts'

interface SettingsInput {
  readonly settings: Settings
  readonly update: SettingsUpdate
}

/**
 * Changes settings of the organisation, all or none.
 *
 * @returns What differs from before.
 * @throws {SettingError}
 */
export const updateSettings = act({
  name: 'settings_update',
  permits: ['settings.edit'],
  approval: approval({
    // it is on, or a second person would not be asked
    when: ({ update }: SettingsInput) =>
      'two_person_approval' in update && update.two_person_approval !== true,
    summary: ({ update }: SettingsInput) =>
      `Turn off the approval of a second administrator (${Object.keys(update).join(', ')})`,
    keep: ({ update }) => ({ update }),
    restore: ({ update }, { settings }) => ({ settings, update }),
  }),
  stepUp: ({ update }) => Object.keys(update).some(isSecuritySetting),
  do: ({ db }, { settings, update }: SettingsInput) => settings.update(update, db),
  log: (_, changes) =>
    changes.map(({ key, before, after }) => ({
      object: key,
      objectKind: 'settings',
      objectId: key,
      description: { before, after },
      changes: changedFields({ [key]: before }, { [key]: after }),
    })),
})

function isSecuritySetting(key: string): boolean {
  if (!isSettingKey(key)) return false
  const { security }: Setting = settingTable[key]
  return security === true
}
