import { createApplication } from '../service/administration/acts/applications.ts'
import { createBypassCodes } from '../service/administration/acts/bypass_codes.ts'
import { addPhone } from '../service/administration/acts/phones.ts'
import { updateSettings } from '../service/administration/acts/settings.ts'
import { createToken } from '../service/administration/acts/tokens.ts'
import { createUser } from '../service/administration/acts/users.ts'
import type { Administration } from '../service/administration/administration.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
} from '../service/applications/integrations.ts'
import { OathKey } from '../service/authenticators/oath/oath_code.ts'
import type { OathToken } from '../service/authenticators/oath/oath_token.ts'
import { OathTokens } from '../service/authenticators/oath/oath_tokens.ts'
import { otpauthUri } from '../service/authenticators/oath/otpauth_uri.ts'
import { deriveOrganisationName, unknownOrganisation } from '../service/config/organisation_name.ts'
import { Users } from '../service/people/users.ts'
import type { Settings } from '../service/settings/settings.ts'
import type { Store } from '../service/store/store.ts'
import { recommendedSettings } from '../workspaces/guide/time_budget.ts'
import type { FirstRun } from './first_run_file.ts'

const applications: readonly (readonly [
  keyof FirstRun['integrations'],
  string,
  IntegrationType,
])[] = [
  ['radius', 'Amazon WorkSpaces', 'radius'],
  ['auth_api', 'Auth API', 'authapi'],
  ['unix', 'UNIX', 'unix'],
  ['admin_api', 'Admin API', 'adminapi'],
]

/** How the simulated directory retries: it asks one proxy. */
const sampleRetries = recommendedSettings(1)
const workspaces = {
  product: 'amazon-workspaces',
  client: {
    radiusTimeoutSecs: sampleRetries.timeoutSecs,
    radiusRetries: sampleRetries.retries,
    radiusServers: sampleRetries.servers,
  },
}

const bypassCodes = {
  count: 3,
  reuseCount: 1,
  validSecs: 0,
  preserveExisting: false,
}

/** Creates sample data: an application of each type, and alice with a phone and a token of each kind. */
export async function makeOrganisation(
  administration: Administration,
  settings: Settings,
  host: string,
): Promise<Pick<FirstRun, 'integrations' | 'users'>> {
  return await administration.together(async (run) => {
    const name = chooseName(host, settings)
    if (name !== settings.get('name')) await run(updateSettings, { settings, update: { name } })
    const made = new Map<string, Integration>()
    for (const [key, name, type] of applications) {
      const more = key === 'radius' ? workspaces : {}
      made.set(key, await run(createApplication, { name, type, ...more }))
    }
    const integrationKeys = (
      key: keyof FirstRun['integrations'],
    ): { ikey: string; skey: string } => {
      const integration = made.get(key)
      if (integration === undefined) throw new Error(`no application ${key} was created`)
      return { ikey: integration.ikey, skey: integration.skey.reveal() }
    }
    const user = await run(createUser, {
      username: 'alice',
      realname: 'Alice Adams',
      email: 'alice@example.com',
    })
    // without a name, so that the phone takes the one entered at its activation
    const phone = { number: '+12025550143' }
    await run(addPhone, { user, phone })
    const totp = toUri(name, await run(createToken, { user, token: { kind: 'totp' } }))
    const hotp = toUri(name, await run(createToken, { user, token: { kind: 'hotp' } }))
    const { codes } = await run(createBypassCodes, { user, codes: bypassCodes })
    return {
      integrations: {
        radius: integrationKeys('radius'),
        auth_api: integrationKeys('auth_api'),
        unix: integrationKeys('unix'),
        admin_api: integrationKeys('admin_api'),
      },
      users: [{ username: user.username, totp_uri: totp, hotp_uri: hotp, bypass_codes: codes }],
    }
  })
}

/** A host name of the organisation's own domain names it; otherwise users see that this is a trial. */
function chooseName(host: string, settings: Settings): string {
  const before = settings.get('name')
  if (before !== unknownOrganisation) return before
  const derived = deriveOrganisationName(host)
  return derived === unknownOrganisation ? 'Example Organisation' : derived
}

/** Whether the data has the organisation of an earlier start. */
export async function organisationIsThere(store: Store, firstRun: FirstRun): Promise<boolean> {
  return (
    (await new Integrations(store).byIkey(firstRun.integrations.radius.ikey, store.db)) !==
    undefined
  )
}

/** Whether the data has neither users nor applications. */
export async function isEmpty(store: Store): Promise<boolean> {
  const users = await new Users().total({}, store.db)
  const integrations = await new Integrations(store).total({}, store.db)
  return users + integrations === 0
}

/** @returns The next passcode of alice's hardware token; `undefined` if they no longer have one. */
export async function nextPasscode(store: Store, firstRun: FirstRun): Promise<string | undefined> {
  const [alice] = firstRun.users
  const user = alice === undefined ? undefined : await new Users().byName(alice.username, store.db)
  if (alice === undefined || user === undefined) return undefined
  const token = (await new OathTokens(store).ofUser(user.userId, store.db)).find(
    ({ kind }) => kind === 'hotp',
  )
  const secret = new URL(alice.hotp_uri).searchParams.get('secret')
  if (token === undefined || secret === null) return undefined
  return new OathKey(secret).code(token, token.position)
}

function toUri(
  organisation: string,
  { token, secret }: { readonly token: OathToken; readonly secret: string },
): string {
  return otpauthUri(organisation, 'alice', token, secret)
}
