import type { DeviceDescription, History, HistoryEvent } from '../../../../push/app_message.ts'
import type { AuthenticationEvent } from '../../../audit/authentication_log.ts'
import { AppRefusal } from '../../gate/device_request.ts'
import { appBodies, readBody } from './app_body.ts'
import type { AddRoute, PushAppParts } from './app_parts.ts'

const dayMs = 86_400_000
const historyDays = 90
const maxEvents = 50

/** Adds what a phone may know and change of itself and of its user. */
export function addDeviceRoutes(route: AddRoute, parts: PushAppParts): void {
  const { phones, users, devices, deactivation, authenticationLog, accountName, clock } = parts
  route('GET', '/app/api/device', async ({ device }): Promise<DeviceDescription> => {
    const [phone, user] = await Promise.all([
      phones.byId(device.phoneId),
      users.byId(device.userId),
    ])
    if (phone === undefined || user === undefined) {
      throw new AppRefusal('unknown_device', 'this phone has been removed')
    }
    return {
      device: phone.phoneId,
      name: phone.name,
      username: user.username,
      account: accountName(),
      vapidPublicKey: parts.vapidPublicKey ?? null,
      notified: device.subscription !== null,
      time: clock.now(),
    }
  })
  route('POST', '/app/api/subscription', async ({ device }, request) => {
    const { subscription } = readBody(appBodies.subscription, request.body)
    const json = subscription === null ? null : JSON.stringify(subscription)
    await devices.subscribe(device.phoneId, json)
    return { notified: json !== null }
  })
  route('GET', '/app/api/history', async ({ device }): Promise<History> => {
    const since = clock.now() - historyDays * dayMs
    const events = await authenticationLog.ofUser(device.userId, { since, limit: maxEvents })
    return { events: events.map((event) => historyEvent(event, parts.places)) }
  })
  route('DELETE', '/app/api/device', async ({ device }) => {
    await deactivation.deactivate(device.phoneId)
    return {}
  })
}

function historyEvent(event: AuthenticationEvent, places: PushAppParts['places']): HistoryEvent {
  const { timestamp: time, application, factor, result, reason, ipaddr, hostname } = event
  const place = places.of(ipaddr)
  return { time, application, factor, result, reason, ipaddr, place, hostname }
}
