import { InvitationReminders } from '../administration/acts/invitation_reminders.ts'
import { UserUpkeep } from '../administration/user_upkeep.ts'
import { LogRetention, type Retention } from '../audit/log_retention.ts'
import { LogSealer } from '../audit/log_sealer.ts'
import type { Domain } from './domain.ts'
import type { Faces } from './faces.ts'
import { composeInvitationMailer } from './invitation_mailer.ts'
import { repeatedly } from './repeatedly.ts'

const tidyMs = 5_000
const outboxMs = 250
const placesMs = 60_000
const settingsMs = 1_000
const sealMs = 1_000
const reminderMs = 60_000

/**
 * Starts the periodic work: new lines of the logs are chained; expired rows, old logs and users in the
 * trash are deleted; bypasses end; invited users are reminded; calls of the outbox are answered; changed
 * settings, and a replaced GeoIP database, are read.
 *
 * @returns Stops all of it.
 */
export function startUpkeep(
  domain: Domain,
  retention: Retention,
  { tidy, outboxCalls }: Pick<Faces, 'tidy' | 'outboxCalls'>,
): () => void {
  const { store, organisation, signIn, places, clock, log } = domain
  const sendInvitation = composeInvitationMailer(domain)
  const reminders = new InvitationReminders(store, sendInvitation, clock, log)
  const userUpkeep = new UserUpkeep(store, clock)
  const logRetention = new LogRetention(store, retention, clock)
  const logSealer = new LogSealer(store, clock)
  const stops = [
    repeatedly(tidyMs, log, async () => {
      await signIn.tidy()
      await tidy()
      await userUpkeep.tidy()
      await logRetention.prune()
    }),
    repeatedly(reminderMs, log, () => reminders.send()),
    repeatedly(sealMs, log, async () => {
      await logSealer.seal()
    }),
    repeatedly(settingsMs, log, () => organisation.refresh(store.db)),
    repeatedly(placesMs, log, async () => places.refresh()),
    ...(outboxCalls === undefined
      ? []
      : [repeatedly(outboxMs, log, () => outboxCalls.takeAnswers())]),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
