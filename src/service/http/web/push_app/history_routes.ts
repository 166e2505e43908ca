import type { Clock } from '../../../../host/clock.ts'
import type { History, HistoryEvent } from '../../../../push/app_message.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../../../audit/authentication_log.ts'
import type { Places } from '../../../place/places.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { AddRoute } from './device_handler.ts'

const dayMs = 86_400_000
const historyDays = 90
const maxEvents = 50

/** Adds the route that lists the user's past sign-ins. */
export function addHistoryRoutes(
  route: AddRoute,
  db: StoreDb,
  authenticationLog: AuthenticationLog,
  places: Places,
  clock: Clock,
): void {
  route('GET', '/app/api/history', async ({ device }): Promise<History> => {
    const since = clock.now() - historyDays * dayMs
    const events = await authenticationLog.ofUser(device.userId, { since, limit: maxEvents }, db)
    return { events: events.map((event) => toHistoryEvent(event, places)) }
  })
}

function toHistoryEvent(event: AuthenticationEvent, places: Places): HistoryEvent {
  const { timestamp: time, application, factor, result, reason, ipaddr, hostname } = event
  const place = places.lookUp(ipaddr)
  return { time, application, factor, result, reason, ipaddr, place, hostname }
}
