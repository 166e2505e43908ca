import { z } from 'zod'
import { deletePasskey } from '../../../administration/acts/passkeys.ts'
import {
  type WebauthnCredential,
  WebauthnCredentials,
} from '../../../authenticators/passkey/webauthn_credentials.ts'
import { Users } from '../../../people/users.ts'
import type { StoreDb } from '../../../store/store.ts'
import { seconds } from '../auth_v2/endpoint.ts'
import { done, type Endpoint, endpoint, list, nothing } from './endpoint.ts'
import { unknown } from './refusal.ts'
import { shortUserSchema } from './short_user.ts'
import { readShortUsers } from './short_users.ts'

/** A passkey as its user contains it. */
export const shortCredentialSchema = z.strictObject({
  credential_name: z.string(),
  date_added: z.int().describe('In seconds since 1970.'),
  label: z
    .enum(['Security Key', 'Touch ID'])
    .describe('Touch ID for one that is part of a device.'),
  webauthnkey: z.string(),
})
const credentialSchema = z.strictObject({ ...shortCredentialSchema.shape, user: shortUserSchema })

export function toShortCredential({
  credentialId,
  created,
  name,
  transports,
}: WebauthnCredential): z.infer<typeof shortCredentialSchema> {
  return {
    credential_name: name,
    date_added: seconds(created),
    label: transports.includes('internal') ? 'Touch ID' : 'Security Key',
    webauthnkey: credentialId,
  }
}

const credentials = new WebauthnCredentials()
const users = new Users()

/** Passkeys of all users (duo.com/docs/adminapi, "WebAuthn Credentials"). */
export const webauthnEndpoints: readonly Endpoint[] = [
  list({
    method: 'GET',
    path: '/admin/v1/webauthncredentials',
    permission: 'adminapi_read_resource',
    summary: 'Lists passkeys.',
    parameters: {},
    item: credentialSchema,
    answer: async ({ now, db }, page) => ({
      items: await describe(await credentials.list(page, db), now, db),
      total: await credentials.total(db),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/admin/v1/webauthncredentials/:webauthnkey',
    permission: 'adminapi_read_resource',
    summary: 'Shows a passkey.',
    parameters: {},
    response: credentialSchema,
    answer: async ({ id, now, db }) => {
      const found = await credentials.byId(id('webauthnkey'), db)
      const [described] = await describe(found === undefined ? [] : [found], now, db)
      if (described === undefined) throw unknown('webauthnkey')
      return described
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/admin/v1/webauthncredentials/:webauthnkey',
    permission: 'adminapi_write_resource',
    summary: 'Deletes a passkey. An unknown one is no error.',
    parameters: {},
    response: nothing,
    answer: async ({ id, administration, db }) => {
      const credential = await credentials.byId(id('webauthnkey'), db)
      const user = credential && (await users.byId(credential.userId, db))
      if (user !== undefined && credential !== undefined) {
        await administration.run(deletePasskey, { credential, user })
      }
      return done
    },
  }),
]

async function describe(
  found: readonly WebauthnCredential[],
  now: number,
  db: StoreDb,
): Promise<z.infer<typeof credentialSchema>[]> {
  const userIds = found.map(({ userId }) => userId)
  const holders = await readShortUsers(userIds, now, db)
  return found.flatMap((credential) => {
    const user = holders.get(credential.userId)
    return user === undefined ? [] : [{ ...toShortCredential(credential), user }]
  })
}
