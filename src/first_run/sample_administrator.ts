import { randomBytes } from 'node:crypto'
import { Secret } from '../host/secret.ts'
import { createAdministrator } from '../service/administration/acts/administrators.ts'
import type { Administration } from '../service/administration/administration.ts'
import { Administrators } from '../service/administrators/administrators.ts'
import { AdministratorFactors } from '../service/administrators/factors.ts'
import { AdministratorLinks } from '../service/administrators/links.ts'
import { PasswordHashes } from '../service/administrators/password_hash.ts'
import { newTotpSecret, totpUri } from '../service/administrators/totp.ts'
import type { Store } from '../service/store/store.ts'
import type { FirstRun } from './first_run_file.ts'

const email = 'owner@example.com'
const issuer = 'Countersign'
const passwordOctets = 15

/**
 * Creates the first owner, with a random password and an authenticator app, unless there is an
 * administrator already.
 *
 * @param before The owner of an earlier start.
 */
export async function sampleAdministrator(
  store: Store,
  administration: Administration,
  before: FirstRun['admin'],
  now: number,
): Promise<FirstRun['admin']> {
  const administrators = new Administrators()
  if (await administrators.any(store.db)) return before
  const password = randomBytes(passwordOctets).toString('base64url')
  const hash = await new PasswordHashes().hash(new Secret(password))
  const secret = newTotpSecret()
  const { administrator } = await administration.run(createAdministrator, {
    email,
    name: 'Sample Owner',
    role: 'Owner',
  })
  const { adminId } = administrator
  await store.transaction(async (db) => {
    await administrators.setPassword(adminId, hash, now, db)
    await administrators.update(adminId, { status: 'active' }, db)
    const factor = { adminId, kind: 'totp', name: 'Authenticator app', secret } as const
    await new AdministratorFactors(store).add(factor, now, db)
    await new AdministratorLinks().end(adminId, db)
  })
  return { email, password, totp_uri: totpUri(secret, issuer, email) }
}
