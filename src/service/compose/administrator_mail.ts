import type { LimitListener } from '../administration/administration.ts'
import { hourlyCaps } from '../administration/hourly_caps.ts'
import type { Administrator } from '../administrators/administrator.ts'
import { Administrators } from '../administrators/administrators.ts'
import type { SendLink } from '../http/web/admin/administrator_routes.ts'
import type { SendTestMail } from '../http/web/admin/settings_routes.ts'
import { DeliveryError } from '../messaging/messaging.ts'
import { administratorLinkMail, hourlyLimitMail, trialMail } from '../self_service/notices.ts'
import { settingTable } from '../settings/setting_table.ts'
import type { Domain } from './domain.ts'

type MailDomain = Pick<Domain, 'delivery' | 'organisation' | 'log'>

/** Mails one-time links to administrators. A link that was not mailed is shown to who asked for it. */
export function composeLinkMail({ delivery: { mail }, organisation, log }: MailDomain): SendLink {
  return async ({ email, name }: Administrator, link) => {
    if (mail === undefined) return false
    try {
      await mail.send(administratorLinkMail(email, name, link, organisation))
      return true
    } catch (error) {
      log.warn('a link was not mailed to an administrator', { email, error: String(error) })
      return false
    }
  }
}

/** @returns `undefined` if no mail can be sent. */
export function composeTestMail({
  delivery: { mail },
  organisation,
}: MailDomain): SendTestMail | undefined {
  if (mail === undefined) return undefined
  return async (to) => {
    try {
      await mail.send(trialMail(to, organisation))
      return null
    } catch (error) {
      if (error instanceof DeliveryError) return error.message
      throw error
    }
  }
}

/** Mails the owners if an administrator exceeds an hourly limit; the request does not wait for the mail. */
export function composeLimitMail({
  delivery: { mail },
  organisation,
  settings,
  store: { db },
  log,
}: MailDomain & Pick<Domain, 'settings' | 'store'>): LimitListener {
  return ({ email, cap }) => {
    log.warn('an administrator exceeded an hourly limit', { email, limit: hourlyCaps[cap] })
    if (mail === undefined) return
    const key = hourlyCaps[cap]
    const limit = { label: settingTable[key].label, value: settings.get(key) }
    const sendAll = async () => {
      for (const to of await new Administrators().ownerEmails(db)) {
        await mail.send(hourlyLimitMail(to, email, limit, organisation)).catch(unsent)
      }
    }
    sendAll().catch(unsent)
  }

  function unsent(error: unknown): void {
    log.warn('owners got no mail about an hourly limit', { error: String(error) })
  }
}
