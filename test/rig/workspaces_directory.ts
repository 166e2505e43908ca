import { Secret } from '../../src/host/secret.ts'
import {
  type DirectoryOptions,
  WorkspacesDirectory,
} from '../../src/workspaces/directory/directory.ts'
import { seededRandom } from '../../src/workspaces/directory/random.ts'
import { defaultKnobs, parseKnobs } from '../../src/workspaces/knobs/knobs.ts'
import { type StaticUser, StaticUsers } from '../../src/workspaces/primary/static_users.ts'
import { secret } from './radius_peer.ts'

export const alice = { username: 'alice', password: 'correct horse' } as const

/** RADIUS settings for a server on 127.0.0.1. */
export function settingsFor(
  port: number,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    RadiusServers: ['127.0.0.1'],
    RadiusPort: port,
    RadiusTimeout: 20,
    RadiusRetries: 1,
    SharedSecret: secret,
    AuthenticationProtocol: 'PAP',
    ...changes,
  }
}

/** A directory with two controllers and the users alice, bob, carol and dave, who have the same password, whose knobs differ from the defaults as given. */
export function testDirectory(
  knobs: Readonly<Record<string, unknown>> = {},
  options: Partial<DirectoryOptions> = {},
): WorkspacesDirectory {
  const identity = {
    directoryId: 'd-0123456789',
    name: 'corp.example.com',
    shortName: 'CORP',
    type: 'ADConnector',
    launchTime: 0,
  } as const
  const password = { clear: new Secret(alice.password) }
  const users = ['alice', 'bob', 'carol', 'dave'].map((username): StaticUser => {
    return { username, password, state: 'active' }
  })
  const directory = new WorkspacesDirectory({
    identity,
    controllers: [
      { address: '127.0.0.11', addressIpv6: '::1' },
      { address: '127.0.0.12', addressIpv6: '::1' },
    ],
    primary: new StaticUsers(users, identity.name),
    knobs: parseKnobs(knobs, defaultKnobs(identity.type)),
    random: seededRandom('test'),
    resolve: async (name) => {
      throw new Error(`${name} is not known`)
    },
    ...options,
  })
  directory.start()
  return directory
}
