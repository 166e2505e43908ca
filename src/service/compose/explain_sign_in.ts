import { silentLog } from '../../host/log.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import { Outbox } from '../messaging/outbox/outbox.ts'
import { VoiceAddresses } from '../messaging/voice/voice_address.ts'
import { liveConfig } from '../settings/live_config.ts'
import { Settings } from '../settings/settings.ts'
import { Lockout } from '../sign_in/lockout.ts'
import type { Subject, SubjectRequest } from '../sign_in/subject.ts'
import type { Store } from '../store/store.ts'
import { composeDirectory } from './directory.ts'
import { composeMessaging } from './messaging.ts'
import { composeSubjects } from './subjects.ts'

/**
 * Decides about a sign-in as preauth does, and changes nothing.
 *
 * @param now The time of the sign-in, in milliseconds since 1970.
 * @returns `undefined` for an unknown identifier; an unknown name is a subject too.
 * @throws {DeliveryError} if a file that a provider needs can't be read.
 */
export async function explainSignIn(
  store: Store,
  { config: written, folder }: { readonly config: ServiceConfig; readonly folder: string },
  request: SubjectRequest,
  now: number,
): Promise<Subject | undefined> {
  const clock = { now: () => now }
  const config = liveConfig(written, await Settings.load(written, store.db))
  const directory = composeDirectory(store)
  const outbox = new Outbox(folder, clock)
  const addresses = new VoiceAddresses(store.sealing, () => '')
  const effects = { clock, log: silentLog }
  const sender = { name: config.organisationName }
  const messaging = await composeMessaging(
    config,
    sender,
    store,
    directory,
    outbox,
    addresses,
    effects,
  )
  const delivery = { push: { send: async () => {} }, ...messaging }
  const lockout = new Lockout(store)
  const subjects = composeSubjects(store, directory, lockout, delivery, config, clock)
  const budget = request.integration.type === 'portal' ? 'portal' : 'sign-in'
  return await subjects.read({ ...request, budget, readsBypassCodes: true })
}
