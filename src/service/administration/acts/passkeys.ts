import { removedFields } from '../../audit/changes.ts'
import {
  type WebauthnCredential,
  WebauthnCredentials,
} from '../../authenticators/passkey/webauthn_credentials.ts'
import type { User } from '../../people/user.ts'
import { act } from '../act.ts'

/** Deletes a passkey of a user. @returns Whether there was such a passkey. */
export const deletePasskey = act({
  name: 'webauthncredential_delete',
  permits: ['devices.edit'],
  do: ({ db }, { credential }: { readonly credential: WebauthnCredential; readonly user: User }) =>
    new WebauthnCredentials().remove(credential.credentialId, credential.userId, db),
  log: ({ credential, user }) => ({
    object: user.username,
    objectKind: 'passkey',
    objectId: credential.credentialId,
    userId: user.userId,
    description: credential.credentialId,
    changes: removedFields({ name: credential.name }),
  }),
})
