import { generateKeyPairSync } from 'node:crypto'
import { digits, type TokenHolder } from '../../../bench/service/stock.ts'
import type { Secret } from '../../../src/host/secret.ts'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { PushDevices } from '../../../src/service/authenticators/push/push_devices.ts'
import { Users } from '../../../src/service/people/users.ts'
import { Store } from '../../../src/service/store/store.ts'

export interface PhoneHolder {
  readonly username: string
  readonly phoneId: string
}

/** As an application names them. */
export interface DirectoryRetries {
  readonly radiusTimeoutSecs: number
  readonly radiusRetries: number
  readonly radiusServers: number
}

/** What the service knows before the run. */
export interface Stock {
  readonly ikey: string
  readonly skey: string
  readonly tokenHolders: readonly TokenHolder[]
  readonly phoneHolders: readonly PhoneHolder[]
  /** What all phones sign with: PKCS #8 in PEM. */
  readonly phoneKey: string
}

/** Fills a new database with an application, and with users that have a token or an activated phone. */
export async function stockUsers(options: {
  readonly folder: string
  readonly databaseUrl: Secret
  readonly tokenHolders: number
  readonly phoneHolders: number
  /** How the directory retries, so that its retries join the first request. */
  readonly retries: DirectoryRetries
}): Promise<Stock> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const device = {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
    userAgent: '',
  }
  const store = await Store.open({ ...options, migrate: true })
  const [users, tokens] = [new Users(), new OathTokens(store)]
  const [phones, devices] = [new Phones(), new PushDevices(store)]
  const now = Date.now()
  try {
    return await store.transaction(async (db) => {
      const application = { name: 'WorkSpaces', type: 'radius', client: options.retries } as const
      const { ikey, skey } = await new Integrations(store).create(application, now, db)
      const tokenHolders: TokenHolder[] = []
      for (let index = 0; index < options.tokenHolders; index++) {
        const username = `token${index}`
        const { userId } = await users.create({ username }, now, db)
        const { secret } = await tokens.create(userId, { kind: 'hotp', digits }, now, db)
        tokenHolders.push({ username, secret })
      }
      const phoneHolders: PhoneHolder[] = []
      for (let index = 0; index < options.phoneHolders; index++) {
        const username = `phone${index}`
        const { userId } = await users.create({ username }, now, db)
        const { phoneId } = await phones.add(userId, { platform: 'iOS' }, now, db)
        await devices.activate(phoneId, device, now, db)
        phoneHolders.push({ username, phoneId })
      }
      const phoneKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
      return { ikey, skey: skey.reveal(), tokenHolders, phoneHolders, phoneKey }
    })
  } finally {
    await store.close()
  }
}
