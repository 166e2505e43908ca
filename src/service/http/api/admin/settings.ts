import { z } from 'zod'
import { updateSettings } from '../../../administration/acts/settings.ts'
import { settingKeys } from '../../../settings/setting_table.ts'
import type { SettingValue } from '../../../settings/setting_type.ts'
import type { Settings } from '../../../settings/settings.ts'
import type { StoreDb } from '../../../store/store.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { text } from './parameters.ts'

const permission = 'adminapi_settings'
const maxText = 4096

/** Policies decide the methods; the vendor's API ignores these and reads them as false. */
const legacy = {
  mobile_otp_enabled: false,
  push_enabled: false,
  sms_enabled: false,
  u2f_enabled: false,
  voice_enabled: false,
} as const

/** Settings that the vendor's API writes as 1 or 0; it writes the other switches as booleans. */
const zeroOrOne: readonly string[] = ['security_checkup_enabled', 'sms_refresh']

const settingsSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('Every setting by its key; docs/settings.md says what each means.')
const parameters = Object.fromEntries(
  [...settingKeys, ...Object.keys(legacy)].map((key) => [key, text(maxText).optional()]),
)

/** Settings of the organisation (duo.com/docs/adminapi, "Settings"). */
export function settingsEndpoints(settings: Settings): readonly Endpoint[] {
  const read = async (db: StoreDb) => {
    const states = await settings.list(db)
    return {
      ...legacy,
      ...Object.fromEntries(states.map(({ key, value }) => [key, toWire(key, value)])),
    }
  }
  return [
    endpoint({
      method: 'GET',
      path: '/admin/v1/settings',
      permission,
      summary: 'Shows the settings of the organisation.',
      parameters: {},
      response: settingsSchema,
      answer: ({ db }) => read(db),
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/settings',
      permission,
      summary: 'Changes settings of the organisation, all or none.',
      parameters,
      response: settingsSchema,
      answer: async ({ parameters: given, administration, db }) => {
        const update = Object.fromEntries(
          Object.entries(given).filter(
            ([key, value]) => value !== undefined && !Object.hasOwn(legacy, key),
          ),
        )
        await administration.run(updateSettings, { settings, update })
        return await read(db)
      },
    }),
  ]
}

function toWire(key: string, value: SettingValue): SettingValue {
  return typeof value === 'boolean' && zeroOrOne.includes(key) ? Number(value) : value
}
