import * as z from 'zod'
import { removeLogo, setLogo } from '../../../administration/acts/logo.ts'
import { updateSettings } from '../../../administration/acts/settings.ts'
import { testMail } from '../../../administration/acts/test_mail.ts'
import type { Organisation } from '../../../settings/organisation.ts'
import { logoLimits } from '../../../settings/organisation_logo.ts'
import type { Setting } from '../../../settings/setting.ts'
import { settingTable } from '../../../settings/setting_table.ts'
import type { SettingState, Settings } from '../../../settings/settings.ts'
import type { StoreDb } from '../../../store/store.ts'
import { InvalidInput } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

/** The provider of each way of delivery, as countersign.cfg names it; `none` without one. */
export interface Providers {
  readonly mail: string
  readonly sms: string
  readonly phone: string
}

/** @returns Why the mail was not sent; `null` if it was taken. */
export type SendTestMail = (to: string) => Promise<string | null>

const settingValue = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()])
const changes = z.object({ changes: z.record(z.string().max(100), settingValue) })
/** Base64 takes four characters for three bytes; some more, so that the act can name the limit. */
const maxImageText = Math.ceil((logoLimits.maxBytes * 4) / 3) * 2
const image = z.object({ png: z.base64().max(maxImageText) })

/**
 * Adds the routes of the organisation's settings.
 *
 * - `GET settings` → `{ items: [setting], logo: { url, fixed_by }, providers: { mail, sms, phone } }`. A
 *   setting is `{ key, group, label, meaning, value, default, source, fixed_by, security, input, … }`;
 *   `fixed_by` names the line of countersign.cfg that sets it, or is `null`.
 * - `PATCH settings` `{ changes: { key: value } }`, all or none; `null` returns one to its default → as GET
 * - `PUT settings/logo` `{ png }`, in Base64, and `DELETE settings/logo` → as GET
 * - `POST settings/test-mail` sends a mail to the administrator → `{ problem }`, `null` if it was taken
 */
export function addSettingsRoutes(
  routes: AdminRoutes,
  settings: Settings,
  organisation: Organisation,
  providers: Providers,
  sendTestMail: SendTestMail | undefined,
  db: StoreDb,
): void {
  const { logoStorage: logo } = organisation
  const describe = async () => {
    await organisation.refresh(db)
    return {
      items: (await settings.list(db)).map(describeSetting).filter(({ group }) => group !== 'api'),
      logo: { url: organisation.logoPath, fixed_by: place(logo.line) },
      providers,
    }
  }

  routes.view({ path: 'settings', permit: 'settings.view', query: nothing, answer: describe })

  routes.act({
    method: 'PATCH',
    path: 'settings',
    body: changes,
    answer: async ({ body: { changes: update }, administration }) => {
      await administration.run(updateSettings, { settings, update })
      return await describe()
    },
  })

  routes.act({
    method: 'PUT',
    path: 'settings/logo',
    body: image,
    bodyLimit: maxImageText + 1024,
    answer: async ({ body: { png }, administration }) => {
      await administration.run(setLogo, { logo, image: Buffer.from(png, 'base64') })
      return await describe()
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'settings/logo',
    body: nothing,
    answer: async ({ administration }) => {
      await administration.run(removeLogo, { logo })
      return await describe()
    },
  })

  routes.act({
    method: 'POST',
    path: 'settings/test-mail',
    body: nothing,
    answer: async ({ admin: { email: to }, administration }) => {
      administration.require('settings.edit', 'a test mail')
      if (sendTestMail === undefined) throw new InvalidInput(undefined, noMail)
      await administration.run(testMail, { to })
      return { problem: await sendTestMail(to) }
    },
  })
}

const noMail =
  'No mail server is configured. Set provider and host in the section [mail] of countersign.cfg, and restart the service.'

function describeSetting({ key, value, default: byDefault, source, line }: SettingState) {
  const { group, label, meaning, security, type }: Setting = settingTable[key]
  const { input, min, max, maxLength, choices, unit } = type
  return {
    key,
    group,
    label,
    meaning,
    value,
    default: byDefault,
    source,
    fixed_by: place(line),
    security: security === true,
    input,
    min,
    max,
    max_length: maxLength,
    choices,
    unit,
  }
}

function place(line: number | undefined): string | null {
  return line === undefined ? null : `countersign.cfg:${line}`
}
