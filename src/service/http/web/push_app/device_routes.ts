import type { Clock } from '../../../../host/clock.ts'
import type { DeviceDescription } from '../../../../push/app_message.ts'
import type { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { Deactivation } from '../../../people/enrolment/deactivation.ts'
import type { FraudAlert } from '../../../sign_in/fraud_alert.ts'
import type { Directory } from '../../../sign_in/subject.ts'
import type { StoreDb } from '../../../store/store.ts'
import { AppRefusal } from '../../gate/device_request.ts'
import type { AppAccount } from './app_account.ts'
import { appBodies, readBody } from './app_body.ts'
import type { AddRoute } from './device_handler.ts'

/** Adds the routes that describe a phone, change its Web Push subscription, and remove it. */
export function addDeviceRoutes(
  route: AddRoute,
  db: StoreDb,
  directory: Pick<Directory, 'users' | 'phones'>,
  devices: PushDevices,
  deactivation: Deactivation,
  fraudAlert: FraudAlert,
  account: AppAccount,
  clock: Clock,
): void {
  const { users, phones } = directory
  route('GET', '/app/api/device', async ({ device }): Promise<DeviceDescription> => {
    const [phone, user] = await Promise.all([
      phones.byId(device.phoneId, db),
      users.byId(device.userId, db),
    ])
    if (phone === undefined || user === undefined) {
      throw new AppRefusal('unknown_device', 'this phone was removed')
    }
    return {
      device: phone.phoneId,
      name: phone.name,
      username: user.username,
      account: account.name,
      logo: account.logo,
      vapidPublicKey: account.vapidPublicKey ?? null,
      notified: device.subscription !== null,
      fraudMailed: await fraudAlert.isMailed(),
      time: clock.now(),
    }
  })
  route('POST', '/app/api/subscription', async ({ device }, request) => {
    const { subscription } = readBody(appBodies.subscription, request.body)
    const json = subscription === null ? null : JSON.stringify(subscription)
    await devices.subscribe(device.phoneId, json, db)
    return { notified: json !== null }
  })
  route('DELETE', '/app/api/device', async ({ device }) => {
    await deactivation.deactivate(device.phoneId)
    return {}
  })
}
