import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'

/**
 * What the files of a room may import: other rooms, modules of Node and packages. A room is the
 * longest folder named here that a file lies in; its own files are always allowed.
 */
interface Room {
  readonly rooms?: readonly string[]
  readonly node?: readonly string[]
  readonly packages?: readonly string[]
}

const files = ['node:fs', 'node:fs/promises', 'node:path']

const table: Readonly<Record<string, Room>> = {
  host: {
    node: [
      ...files,
      'node:util',
      'node:crypto',
      'node:os',
      'node:net',
      'node:child_process',
      'node:stream',
      'node:dgram',
      'node:events',
    ],
    packages: ['rotating-file-stream'],
  },

  radius: { node: ['node:crypto'] },
  'radius/udp': {
    rooms: ['radius', 'host'],
    node: ['node:crypto', 'node:dgram', 'node:fs', 'node:fs/promises', 'node:net', 'node:events'],
    packages: ['ipaddr.js'],
  },
  duo: { node: ['node:crypto'] },
  push: {},
  'duo/https': {
    rooms: ['duo', 'host'],
    node: ['node:tls', 'node:fs', 'node:timers/promises'],
    packages: ['undici'],
  },
  ini: {},

  'proxy/login': { rooms: ['host'] },
  'proxy/config': {
    rooms: ['ini', 'host', 'radius', 'radius/udp'],
    node: [...files, 'node:crypto', 'node:net'],
    packages: ['ipaddr.js'],
  },
  'proxy/second_factor': { rooms: ['proxy/login', 'duo', 'host'] },
  'proxy/mode': { rooms: ['proxy/login', 'proxy/second_factor', 'host'] },
  'proxy/front': {
    rooms: ['proxy/login', 'radius', 'radius/udp', 'host'],
    node: ['node:util', 'node:net'],
  },
  proxy: {
    rooms: [
      'host',
      'duo',
      'duo/https',
      'radius',
      'radius/udp',
      'proxy/config',
      'proxy/login',
      'proxy/second_factor',
      'proxy/mode',
      'proxy/front',
    ],
    node: ['node:events', 'node:http', 'node:os'],
    packages: ['prom-client'],
  },

  'service/username': { rooms: ['duo'] },
  'service/store': {
    rooms: ['host', 'service/username'],
    node: [...files, 'node:async_hooks', 'node:crypto', 'node:events', 'node:net', 'node:sqlite'],
    packages: ['kysely', 'pg'],
  },
  'service/config': { rooms: ['ini', 'host', 'service/store'], node: [...files, 'node:net'] },
  'service/directory': {
    rooms: ['host', 'duo', 'service/store', 'service/username'],
    node: ['node:crypto'],
    packages: ['kysely', 'otpauth'],
  },
  'service/access': {
    rooms: ['host', 'service/store'],
    node: ['node:crypto'],
    packages: ['kysely'],
  },
  'service/event_log': {
    rooms: ['host', 'service/store'],
    node: ['node:crypto'],
    packages: ['kysely'],
  },
  'service/transaction': { rooms: ['host', 'service/store'], packages: ['kysely'] },
  'service/delivery': {
    rooms: ['host', 'service/config', 'service/event_log', 'service/store'],
    node: [...files, 'node:crypto', 'node:dns', 'node:net'],
    packages: [
      'undici',
      'nodemailer',
      'web-push',
      '@aws-sdk/client-pinpoint-sms-voice-v2',
      'kysely',
      'ipaddr.js',
    ],
  },
  'service/place': { node: ['node:fs', 'node:net'], packages: ['mmdb-lib', 'ipaddr.js'] },
  'service/token_file': {
    rooms: ['host'],
    node: ['node:crypto'],
    packages: ['fast-xml-parser', 'otpauth'],
  },
  'service/factor': {
    rooms: ['host', 'service/directory', 'service/transaction', 'service/delivery'],
  },
  'service/authentication': {
    rooms: [
      'host',
      'duo',
      'service/username',
      'service/store',
      'service/directory',
      'service/access',
      'service/event_log',
      'service/transaction',
      'service/factor',
      'service/delivery',
    ],
    node: ['node:crypto', 'node:net'],
    packages: ['kysely', 'ipaddr.js'],
  },
  'service/enrollment': {
    rooms: [
      'host',
      'push',
      'duo',
      'service/store',
      'service/username',
      'service/directory',
      'service/access',
      'service/event_log',
      'service/delivery',
    ],
    node: ['node:crypto'],
    packages: ['kysely'],
  },
  'service/self_service': {
    rooms: [
      'host',
      'duo',
      'service/store',
      'service/directory',
      'service/access',
      'service/event_log',
      'service/delivery',
      'service/enrollment',
      'service/factor',
      'service/transaction',
      'service/authentication',
    ],
    node: ['node:crypto'],
    packages: ['kysely', '@simplewebauthn/server'],
  },
  'service/administration': {
    rooms: [
      'host',
      'service/store',
      'service/directory',
      'service/authentication',
      'service/access',
      'service/enrollment',
      'service/event_log',
    ],
    node: ['node:crypto'],
  },
  'service/http/gate': {
    rooms: [
      'host',
      'duo',
      'push',
      'service/access',
      'service/authentication',
      'service/directory',
      'service/store',
    ],
    node: ['node:crypto', 'node:stream'],
    packages: ['fastify', '@fastify/rate-limit', 'ipaddr.js'],
  },
  'service/http/rest_v1': {
    rooms: [
      'host',
      'duo',
      'service/access',
      'service/authentication',
      'service/transaction',
      'service/http/gate',
      'service/http/auth_api',
    ],
    packages: ['fastify', 'bson'],
  },
  'service/http/push_app': {
    rooms: [
      'host',
      'push',
      'duo',
      'service/authentication',
      'service/transaction',
      'service/directory',
      'service/delivery',
      'service/place',
      'service/enrollment',
      'service/event_log',
      'service/http/gate',
    ],
    node: ['node:crypto', 'node:stream', 'node:zlib'],
    packages: ['fastify', 'zod', '@fastify/helmet', 'uqr'],
  },
  'service/http/portal': {
    rooms: [
      'host',
      'duo',
      'service/access',
      'service/authentication',
      'service/transaction',
      'service/directory',
      'service/delivery',
      'service/place',
      'service/enrollment',
      'service/self_service',
      'service/event_log',
      'service/http/gate',
    ],
    node: ['node:crypto'],
    packages: ['fastify', 'zod', '@fastify/helmet', '@fastify/rate-limit', 'uqr'],
  },
  'service/http/voice': {
    rooms: [
      'host',
      'duo',
      'service/config',
      'service/authentication',
      'service/transaction',
      'service/delivery',
    ],
    node: ['node:crypto'],
    packages: ['fastify'],
  },
  'service/http/outbox': {
    rooms: ['host', 'service/delivery', 'service/transaction'],
    node: ['node:crypto'],
    packages: ['fastify', 'zod'],
  },
  'service/http/assets': {
    rooms: ['host'],
    node: [...files, 'node:crypto'],
    packages: ['fastify', '@fastify/static', '@fastify/helmet'],
  },
  'service/http/auth_api': {
    rooms: [
      'host',
      'duo',
      'service/access',
      'service/authentication',
      'service/directory',
      'service/enrollment',
      'service/factor',
      'service/transaction',
      'service/http/gate',
    ],
    node: ['node:crypto', 'node:net', 'node:stream'],
    packages: ['fastify', 'zod'],
  },
  'service/http': {
    rooms: [
      'host',
      'duo',
      'service/authentication',
      'service/http/gate',
      'service/http/auth_api',
      'service/store',
    ],
    node: [...files, 'node:crypto', 'node:net', 'node:tls', 'node:https', 'node:http2'],
    packages: [
      'fastify',
      '@fastify/helmet',
      '@fastify/rate-limit',
      '@peculiar/x509',
      'reflect-metadata',
      'prom-client',
      'ipaddr.js',
    ],
  },
  service: {
    rooms: [
      'host',
      'duo',
      'service/store',
      'service/config',
      'service/directory',
      'service/access',
      'service/event_log',
      'service/transaction',
      'service/delivery',
      'service/place',
      'service/factor',
      'service/authentication',
      'service/enrollment',
      'service/administration',
      'service/http',
      'service/http/gate',
      'service/http/auth_api',
      'service/http/rest_v1',
      'service/http/push_app',
      'service/http/portal',
      'service/http/voice',
      'service/http/outbox',
      'service/http/assets',
      'service/self_service',
    ],
    node: [...files, 'node:crypto', 'node:os'],
  },
}

/** Programs compose what they need; the rooms above never import them. */
const programs: Room = {
  rooms: [...Object.keys(table), 'first_run', 'cmd'],
  node: [
    ...files,
    'node:crypto',
    'node:os',
    'node:util',
    'node:net',
    'node:child_process',
    'node:readline/promises',
    'node:stream',
    'node:tty',
  ],
  packages: ['commander', '@clack/prompts', 'uqr', 'kysely', 'zod'],
}

const rooms: Readonly<Record<string, Room>> = { ...table, first_run: programs, cmd: programs }

const source = resolve(import.meta.dirname, '../src')
const modules = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, imports: importsOf(join(source, file)) }))

describe('the house', () => {
  test('every file lies in a room of the table', () => {
    assert.deepEqual(
      modules.filter(({ file }) => roomOf(file) === undefined).map(({ file }) => file),
      [],
    )
  })

  test('a room imports only what the table allows it', () => {
    assert.deepEqual(
      modules.flatMap(({ file, imports }) => imports.flatMap((name) => trespass(file, name))),
      [],
    )
  })

  test('no file imports itself by a detour', () => {
    assert.deepEqual(circles(), [])
  })

  test('every room stands in ARCHITECTURE.md', () => {
    const page = readFileSync(resolve(source, '../ARCHITECTURE.md'), 'utf8')
    const used = new Set(modules.map(({ file }) => roomOf(file)))
    assert.deepEqual(
      [...used].filter((room) => !page.includes(`\`src/${room}\``)),
      [],
    )
  })
})

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function roomOf(file: string): string | undefined {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (folder in rooms) return folder
  }
  return undefined
}

function trespass(file: string, name: string): string[] {
  const from = roomOf(file) ?? ''
  const room = rooms[from] ?? {}
  if (name.startsWith('node:')) {
    return room.node?.includes(name) ? [] : [`${file} imports ${name}`]
  }
  if (!name.startsWith('.')) {
    const packageName = name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/')
    return room.packages?.includes(packageName) ? [] : [`${file} imports ${packageName}`]
  }
  const to = roomOf(target(file, name)) ?? ''
  return to === from || room.rooms?.includes(to) ? [] : [`${file} imports ${target(file, name)}`]
}

function target(file: string, name: string): string {
  return relative(source, resolve(source, dirname(file), name))
}

function circles(): string[] {
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
