import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'

/**
 * What the files of a room may import: other rooms, `node:` modules and packages. A file belongs to the
 * room with the longest matching folder; files of one room may always import each other.
 */
interface Room {
  readonly rooms?: readonly string[]
  readonly node?: readonly string[]
  readonly packages?: readonly string[]
}

const rooms: Readonly<Record<string, Room>> = {
  host: {
    node: ['node:child_process', 'node:fs', 'node:fs/promises', 'node:path', 'node:util'],
    packages: ['rotating-file-stream'],
  },
  config: {},
  radius: { node: ['node:crypto'] },
  'radius/udp': {
    rooms: ['host', 'radius'],
    node: ['node:crypto', 'node:dgram', 'node:events', 'node:fs', 'node:fs/promises', 'node:net'],
    packages: ['ipaddr.js'],
  },
  duo: { node: ['node:crypto'] },
  'duo/https': {
    rooms: ['duo', 'host'],
    node: ['node:fs', 'node:timers/promises', 'node:tls'],
    packages: ['undici'],
  },
  push: {},
  'proxy/login': { rooms: ['radius'] },
  'proxy/sections': {
    rooms: ['config', 'host', 'radius', 'radius/udp'],
    node: ['node:crypto', 'node:fs', 'node:net', 'node:path'],
  },
  'proxy/primary': { rooms: ['proxy/login'] },
  'proxy/second_factor': { rooms: ['duo', 'host', 'proxy/login'] },
  'proxy/mode': { rooms: ['proxy/login', 'proxy/primary', 'proxy/second_factor'] },
  'proxy/front': {
    rooms: ['host', 'proxy/login', 'proxy/sections', 'radius', 'radius/udp'],
    node: ['node:net'],
  },
  'proxy/metrics': {
    rooms: ['proxy/second_factor', 'radius/udp'],
    node: ['node:events', 'node:http'],
    packages: ['prom-client'],
  },
  proxy: {
    rooms: [
      'duo',
      'duo/https',
      'host',
      'proxy/front',
      'proxy/login',
      'proxy/mode',
      'proxy/primary',
      'proxy/second_factor',
      'proxy/sections',
      'radius/udp',
    ],
    node: ['node:os'],
  },
  'service/people/username': { rooms: ['duo'] },
  'service/store': {
    rooms: ['host', 'service/people/username'],
    node: [
      'node:async_hooks',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:path',
      'node:sqlite',
    ],
    packages: ['kysely', 'pg'],
  },
  'service/applications': { rooms: ['host', 'service/store'], packages: ['kysely'] },
  'service/applications/policy': {
    rooms: ['service/applications'],
    packages: ['ipaddr.js', 'zod'],
  },
  'service/audit': { rooms: ['host', 'service/store'], packages: ['kysely'] },
  'service/people': {
    rooms: ['duo', 'host', 'service/people/username', 'service/store'],
    packages: ['kysely'],
  },
  'service/authenticators/token_files': {
    rooms: ['host', 'service/people'],
    node: ['node:crypto'],
    packages: ['fast-xml-parser', 'otpauth'],
  },
  'service/authenticators/passcode': { rooms: ['service/store'] },
  'service/authenticators/oath': {
    rooms: [
      'host',
      'service/authenticators',
      'service/authenticators/passcode',
      'service/authenticators/token_files',
      'service/people',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['otpauth'],
  },
  'service/authenticators/yubikey': {
    rooms: [
      'host',
      'service/authenticators',
      'service/authenticators/passcode',
      'service/authenticators/token_files',
      'service/people',
      'service/store',
    ],
    node: ['node:crypto'],
  },
  'service/authenticators': {
    rooms: ['service/authenticators/oath', 'service/authenticators/yubikey', 'service/store'],
    packages: ['kysely'],
  },
  'service/authenticators/bypass': {
    rooms: ['service/authenticators/passcode', 'service/people', 'service/store'],
  },
  'service/config': {
    rooms: ['config', 'host', 'service/store'],
    node: ['node:fs', 'node:net', 'node:path'],
  },
  'service/messaging': {
    rooms: ['host', 'service/audit', 'service/config', 'service/store'],
    node: ['node:crypto', 'node:dns', 'node:fs', 'node:fs/promises', 'node:net', 'node:path'],
    packages: [
      '@aws-sdk/client-pinpoint-sms-voice-v2',
      'ipaddr.js',
      'nodemailer',
      'undici',
      'web-push',
    ],
  },
  'service/authenticators/phone': {
    rooms: [
      'duo',
      'service/messaging',
      'service/people',
      'service/sign_in/transaction',
      'service/store',
    ],
    packages: ['kysely'],
  },
  'service/sign_in/transaction': { rooms: ['host', 'service/store'] },
  'service/authenticators/push': {
    rooms: [
      'duo',
      'host',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/messaging',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto'],
  },
  'service/people/enrolment': {
    rooms: [
      'duo',
      'host',
      'push',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/people',
      'service/people/username',
      'service/store',
    ],
    node: ['node:crypto'],
  },
  'service/authenticators/sms': {
    rooms: [
      'duo',
      'host',
      'service/audit',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/messaging',
      'service/sign_in/transaction',
      'service/store',
    ],
  },
  'service/sign_in': {
    rooms: [
      'duo',
      'host',
      'service/applications',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/yubikey',
      'service/messaging',
      'service/people',
      'service/people/username',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto', 'node:net'],
    packages: ['ipaddr.js'],
  },
  'service/administration': {
    rooms: [
      'host',
      'service/audit',
      'service/authenticators',
      'service/authenticators/phone',
      'service/people',
      'service/people/enrolment',
      'service/sign_in',
      'service/store',
    ],
  },
  'service/administration/acts': {
    rooms: [
      'service/administration',
      'service/applications',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/authenticators/token_files',
      'service/authenticators/yubikey',
      'service/people',
      'service/people/enrolment',
      'service/sign_in',
      'service/store',
    ],
  },
  'service/authenticators/call': {
    rooms: [
      'duo',
      'host',
      'service/authenticators/phone',
      'service/config',
      'service/messaging',
      'service/sign_in/transaction',
    ],
  },
  'service/authenticators/passkey': { rooms: ['service/people', 'service/store'] },
  'service/self_service': {
    rooms: [
      'duo',
      'host',
      'service/administration',
      'service/administration/acts',
      'service/applications',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['@simplewebauthn/server', 'kysely'],
  },
  'service/http/gate': {
    rooms: [
      'duo',
      'host',
      'push',
      'service/applications',
      'service/authenticators/push',
      'service/people',
      'service/self_service',
      'service/sign_in',
      'service/store',
    ],
    node: ['node:crypto', 'node:stream'],
    packages: ['@fastify/rate-limit', 'fastify', 'ipaddr.js'],
  },
  'service/http/api/auth_v2': {
    rooms: [
      'duo',
      'host',
      'service/applications',
      'service/http/gate',
      'service/people',
      'service/people/enrolment',
      'service/sign_in',
    ],
    node: ['node:crypto', 'node:net', 'node:stream'],
    packages: ['fastify'],
  },
  'service/http/api/rest_v1': {
    rooms: [
      'duo',
      'service/http/api/auth_v2',
      'service/http/gate',
      'service/people/enrolment',
      'service/sign_in',
    ],
    packages: ['bson', 'fastify'],
  },
  'service/http/server': {
    rooms: ['duo', 'host', 'service/http/gate', 'service/sign_in', 'service/store'],
    node: [
      'node:crypto',
      'node:fs',
      'node:http2',
      'node:https',
      'node:net',
      'node:path',
      'node:tls',
    ],
    packages: [
      '@fastify/rate-limit',
      '@peculiar/x509',
      'fastify',
      'ipaddr.js',
      'prom-client',
      'reflect-metadata',
    ],
  },
  'service/http/voice': {
    rooms: ['host', 'service/authenticators/call', 'service/messaging'],
    packages: ['fastify'],
  },
  'service/http/web/assets': {
    node: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path'],
    packages: ['@fastify/helmet', '@fastify/static', 'fastify'],
  },
  'service/http/web/outbox': {
    rooms: ['host', 'service/messaging', 'service/sign_in/transaction'],
    node: ['node:crypto'],
    packages: ['fastify', 'zod'],
  },
  'service/place': { node: ['node:fs', 'node:net'], packages: ['ipaddr.js', 'mmdb-lib'] },
  'service/http/web/portal': {
    rooms: [
      'duo',
      'host',
      'service/http/gate',
      'service/people',
      'service/place',
      'service/self_service',
      'service/sign_in',
    ],
    packages: ['fastify', 'uqr', 'zod'],
  },
  'service/http/web/push_app': {
    rooms: [
      'host',
      'push',
      'service/audit',
      'service/authenticators/push',
      'service/http/gate',
      'service/people/enrolment',
      'service/place',
      'service/sign_in',
      'service/sign_in/transaction',
    ],
    node: ['node:stream', 'node:zlib'],
    packages: ['fastify', 'uqr', 'zod'],
  },
  'service/compose': {
    rooms: [
      'host',
      'service/applications',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/call',
      'service/authenticators/oath',
      'service/authenticators/passcode',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/yubikey',
      'service/config',
      'service/http/api/auth_v2',
      'service/http/api/rest_v1',
      'service/http/gate',
      'service/http/server',
      'service/http/voice',
      'service/http/web/assets',
      'service/http/web/outbox',
      'service/http/web/portal',
      'service/http/web/push_app',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/place',
      'service/self_service',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:fs', 'node:path'],
  },
  first_run: {
    rooms: [
      'config',
      'host',
      'proxy',
      'proxy/sections',
      'service/administration',
      'service/administration/acts',
      'service/applications',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/compose',
      'service/config',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/store',
    ],
    node: ['node:fs', 'node:path', 'node:util'],
    packages: ['zod'],
  },
  cmd: {
    rooms: [
      'first_run',
      'config',
      'host',
      'proxy',
      'proxy/metrics',
      'proxy/sections',
      'service/administration',
      'service/administration/acts',
      'service/applications',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/authenticators/token_files',
      'service/compose',
      'service/config',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/people/username',
      'service/self_service',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:events', 'node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:util'],
    packages: ['@clack/prompts', 'commander', 'uqr'],
  },
}

const source = resolve(import.meta.dirname, '../src')
const modules = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, imports: readImports(join(source, file)) }))

describe('the house', () => {
  test('every file belongs to a room of the table', () => {
    assert.deepEqual(
      modules.filter(({ file }) => findRoom(file) === undefined).map(({ file }) => file),
      [],
    )
  })

  test('every room imports only what the table permits', () => {
    assert.deepEqual(
      modules.flatMap(({ file, imports }) => imports.flatMap((name) => trespass(file, name))),
      [],
    )
  })

  test('the table permits only what some file imports', () => {
    assert.deepEqual(unusedPermissions(), [])
  })

  test('authenticators import of each other only what they share', () => {
    const authenticators = readdirSync(join(source, authenticatorsRoom), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !sharedRooms.includes(entry.name))
      .map(({ name }) => name)
    assert.deepEqual(
      authenticators.flatMap((name) =>
        (rooms[`${authenticatorsRoom}/${name}`]?.rooms ?? [])
          .filter((room) => isForbiddenTo(name, room))
          .map((room) => `${name}: ${room}`),
      ),
      [],
    )
  })

  test('no file imports itself through other files', () => {
    assert.deepEqual(cycles(), [])
  })

  test('ARCHITECTURE.md lists every room', () => {
    const page = readFileSync(resolve(source, '../ARCHITECTURE.md'), 'utf8')
    const used = new Set(modules.map(({ file }) => findRoom(file)))
    assert.deepEqual(
      [...used].filter((room) => !page.includes(`\`src/${room}\``)),
      [],
    )
  })
})

const authenticatorsRoom = 'service/authenticators'
/** The table of phones, the interface of passcode kinds, and the parsers of token files. */
const sharedRooms: readonly string[] = ['phone', 'passcode', 'token_files']

/** Whether an authenticator must not import a room: another authenticator, or the sign-in. */
function isForbiddenTo(authenticator: string, room: string): boolean {
  if (room === 'service/sign_in') return true
  if (!room.startsWith(`${authenticatorsRoom}/`)) return false
  const name = room.slice(authenticatorsRoom.length + 1)
  return name !== authenticator && !sharedRooms.includes(name)
}

function readImports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function findRoom(file: string): string | undefined {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (folder in rooms) return folder
  }
  return undefined
}

function trespass(file: string, name: string): string[] {
  const { kind, permission } = permissionFor(file, name)
  const from = findRoom(file) ?? ''
  if (permission === from || rooms[from]?.[kind]?.includes(permission)) return []
  return [`${file} imports ${name}`]
}

/** The entry of the table that an import needs. */
function permissionFor(file: string, name: string): { kind: keyof Room; permission: string } {
  if (name.startsWith('node:')) return { kind: 'node', permission: name }
  if (name.startsWith('.')) {
    return { kind: 'rooms', permission: findRoom(target(file, name)) ?? target(file, name) }
  }
  const depth = name.startsWith('@') ? 2 : 1
  return { kind: 'packages', permission: name.split('/').slice(0, depth).join('/') }
}

function unusedPermissions(): string[] {
  const used = new Set(
    modules.flatMap(({ file, imports }) =>
      imports.map((name) => {
        const { kind, permission } = permissionFor(file, name)
        return `${findRoom(file)} ${kind} ${permission}`
      }),
    ),
  )
  return Object.entries(rooms)
    .flatMap(([room, permissions]) =>
      (['rooms', 'node', 'packages'] as const).flatMap((kind) =>
        (permissions[kind] ?? []).map((permission) => `${room} ${kind} ${permission}`),
      ),
    )
    .filter((entry) => !used.has(entry))
}

function target(file: string, name: string): string {
  return relative(source, resolve(source, dirname(file), name))
}

function cycles(): string[] {
  const graph = new Map(
    modules.map(({ file, imports }) => [
      file,
      imports.filter((name) => name.startsWith('.')).map((name) => target(file, name)),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
