import { LogRetention } from '../audit/log_retention.ts'
import type { Domain } from './domain.ts'
import type { Faces } from './faces.ts'
import { repeatedly } from './repeatedly.ts'

const tidyMs = 5_000
const outboxMs = 250
const placesMs = 60_000

/**
 * Starts the periodic work: expired rows and old logs are deleted, calls of the outbox are answered, and
 * the GeoIP database is read again if it was replaced.
 *
 * @returns Stops all of it.
 */
export function startUpkeep(
  { store, signIn, places, clock, log }: Domain,
  logKeepDays: number,
  { tidy, outboxCalls }: Pick<Faces, 'tidy' | 'outboxCalls'>,
): () => void {
  const logRetention = new LogRetention(store, logKeepDays, clock)
  const stops = [
    repeatedly(tidyMs, log, async () => {
      await signIn.tidy()
      await tidy()
      await logRetention.prune()
    }),
    repeatedly(placesMs, log, async () => places.refresh()),
    ...(outboxCalls === undefined
      ? []
      : [repeatedly(outboxMs, log, () => outboxCalls.takeAnswers())]),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
