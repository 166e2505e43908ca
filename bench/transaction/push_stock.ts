import { generateKeyPairSync } from 'node:crypto'
import type { Secret } from '../../src/host/secret.ts'
import { Integrations } from '../../src/service/applications/integrations.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { PushDevices } from '../../src/service/authenticators/push/push_devices.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'

/** Somebody with a phone that answers pushes. */
export interface PhoneHolder {
  readonly username: string
  readonly phoneId: string
}

/** What a service was given before its first start. */
export interface PushStock {
  readonly ikey: string
  readonly skey: string
  readonly holders: readonly PhoneHolder[]
  /** What all these phones sign with: PKCS #8 in PEM. */
  readonly phoneKey: string
}

/** Fills a new store with an application and with people whose phones are activated. */
export async function stockPushes(options: {
  readonly folder: string
  readonly databaseUrl?: Secret | undefined
  readonly holders: number
}): Promise<PushStock> {
  const { folder, databaseUrl } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const device = {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
    userAgent: '',
  }
  const store = await Store.open({ folder, databaseUrl, migrate: true })
  const [users, phones, devices] = [new Users(), new Phones(), new PushDevices(store)]
  const now = Date.now()
  try {
    return await store.transaction(async (db) => {
      const application = { name: 'load', type: 'authapi' } as const
      const { ikey, skey } = await new Integrations(store).create(application, now, db)
      const holders: PhoneHolder[] = []
      for (let index = 0; index < options.holders; index++) {
        const username = `holder${index}`
        const { userId } = await users.create({ username }, now, db)
        const { phoneId } = await phones.add(userId, { platform: 'iOS' }, now, db)
        await devices.activate(phoneId, device, now, db)
        holders.push({ username, phoneId })
      }
      const phoneKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
      return { ikey, skey: skey.reveal(), holders, phoneKey }
    })
  } finally {
    await store.close()
  }
}
