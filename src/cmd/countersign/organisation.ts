import type { MailSender } from '../../service/self_service/notices.ts'
import { Settings } from '../../service/settings/settings.ts'
import type { Context } from './context.ts'

/** The settings of the organisation as of now. */
export async function loadSettings({
  store,
  location,
}: Pick<Context, 'store' | 'location'>): Promise<Settings> {
  return await Settings.load(location.config, store.db)
}

/** The organisation as mails show it. */
export function mailSender(settings: Settings): MailSender {
  return {
    name: settings.get('name'),
    helpText: settings.get('helpdesk_message'),
    timeZone: settings.get('timezone'),
  }
}
