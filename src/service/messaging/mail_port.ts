import type { Log } from '../../host/log.ts'
import type { MailConfig } from '../config/mail_section.ts'
import { logUndelivered } from './log_undelivered.ts'
import type { MailPort, SenderName } from './messaging.ts'
import type { Outbox } from './outbox/outbox.ts'

/**
 * Builds the port for mail. A provider's code is loaded only if it is used.
 *
 * @returns `undefined` for `provider=off`.
 * @throws {DeliveryError} if a file that the provider needs can't be read.
 */
export async function createMailPort(
  { provider }: MailConfig,
  sender: SenderName,
  outbox: Outbox,
  log: Log,
): Promise<MailPort | undefined> {
  switch (provider.kind) {
    case 'off':
      return undefined
    case 'outbox':
      return {
        send: async (message) => {
          await outbox.add({ kind: 'mail', from: sender.name, ...message })
        },
      }
    case 'smtp': {
      const { Smtp } = await import('./mail/smtp.ts')
      const smtp = new Smtp(provider.smtp, sender)
      return { send: (message) => logUndelivered(log, 'mail', 'smtp', () => smtp.send(message)) }
    }
  }
}
