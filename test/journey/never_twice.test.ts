import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { HOTP, Secret as OathSecret } from 'otpauth'
import {
  authorization,
  canonicalParameters,
  rfc2822Date,
  sign,
  signingKey,
} from '../../src/duo/index.ts'
import { Secret } from '../../src/host/secret.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { BypassCodes } from '../../src/service/authenticators/bypass/bypass_codes.ts'
import { OathTokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { skipPostgres } from '../rig/postgres.ts'
import { Running } from '../rig/running.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../rig/shared_postgres.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const connections = 50

interface Member {
  readonly code: (counter: number) => string
  readonly bypassCode: string
  readonly integration: Integration
}

/** A user with an HOTP token and a bypass code, and an application that signs them in. */
async function addAlice(store: Store): Promise<Member> {
  return await store.transaction(async (db) => {
    const now = Date.now()
    const integration = await new Integrations(store).create(
      { name: 'test', type: 'authapi' },
      now,
      db,
    )
    const { userId } = await new Users().create({ username: 'alice' }, now, db)
    const { secret } = await new OathTokens(store).create(userId, { kind: 'hotp' }, now, db)
    const codes = {
      count: 1,
      reuseCount: 1,
      validSecs: 0,
      preserveExisting: false,
      createdBy: 'test',
    }
    const [bypassCode = ''] = await new BypassCodes(store).create(userId, codes, now, db)
    const key = OathSecret.fromBase32(secret)
    return { code: (counter) => HOTP.generate({ secret: key, counter }), bypassCode, integration }
  })
}

/** Tries a passcode on a new connection, again after each 429. @returns `allow` or `deny`. */
async function tryPasscode(...request: Parameters<typeof sendPasscode>): Promise<string> {
  for (;;) {
    const result = await sendPasscode(...request)
    if (result !== undefined) return result
  }
}

/** @returns `undefined` if the service is too busy (429). */
function sendPasscode(
  passcode: string,
  { integration }: Member,
  port: number,
  ca: string,
): Promise<string | undefined> {
  const parameters = Object.entries({ factor: 'passcode', passcode, username: 'alice' })
  const date = rfc2822Date(Date.now())
  const path = '/auth/v2/auth'
  const key = signingKey(integration.skey.reveal())
  const signature = sign({ date, method: 'POST', host: 'localhost', path, parameters }, key, 2)
  const headers = {
    date,
    authorization: authorization(integration.ikey, signature),
    'content-type': 'application/x-www-form-urlencoded',
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: 'localhost', port, method: 'POST', path, headers, ca, agent: new Agent() },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += String(chunk)
        })
        response.on('end', () =>
          resolve(response.statusCode === 429 ? undefined : JSON.parse(text).response.result),
        )
      },
    )
    sent.on('error', reject)
    sent.end(canonicalParameters(parameters))
  })
}

for (const { name, processes, skip } of [
  { name: 'SQLite', processes: 1, skip: false as const },
  { name: 'PostgreSQL with two service processes', processes: 2, skip: skipPostgres },
]) {
  describe(`a passcode works once, on ${name}`, { skip }, () => {
    const folders: string[] = []
    const services: { running: Running; port: number; ca: string }[] = []
    let database: SuiteDatabase | undefined
    let alice: Member

    before(async () => {
      const sealingKey = randomBytes(32).toString('base64')
      if (processes > 1) database = await makeSuiteDatabase()
      const url = database?.url
      const env = {
        COUNTERSIGN_SEALING_KEY: sealingKey,
        ...(url === undefined ? {} : { COUNTERSIGN_DATABASE_URL: url.reveal() }),
      }
      for (let started = 0; started < processes; started++) {
        const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
        folders.push(folder)
        const running = new Running(program, ['service', '--data', folder, '--port', '0'], env)
        const [, port] = await running.prints(/listening on \S+:(\d+)/)
        services.push({
          running,
          port: Number(port),
          ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
        })
      }
      const store = await Store.open({
        folder: folders[0] ?? '',
        migrate: false,
        databaseUrl: url,
        sealingKey: new Secret(sealingKey),
      })
      alice = await addAlice(store)
      await store.close()
    })
    after(async () => {
      await Promise.all(services.map(({ running }) => running.stop()))
      await database?.release()
      for (const folder of folders) rmSync(folder, { recursive: true })
    })

    async function everywhereAtOnce(passcode: string): Promise<string[]> {
      return await Promise.all(
        Array.from({ length: connections }, (_, index) => {
          const service = services[index % services.length]
          if (service === undefined) throw new Error('no service')
          return tryPasscode(passcode, alice, service.port, service.ca)
        }),
      )
    }

    test(`the same HOTP code on ${connections} connections at the same moment`, async () => {
      const results = await everywhereAtOnce(alice.code(0))
      assert.equal(results.filter((result) => result === 'allow').length, 1)
      assert.equal(results.filter((result) => result === 'deny').length, connections - 1)
    })

    test(`the same bypass code on ${connections} connections at the same moment`, async () => {
      const results = await everywhereAtOnce(alice.bypassCode)
      assert.equal(results.filter((result) => result === 'allow').length, 1)
    })

    test('the next code still works, because no lockout followed', async () => {
      const [service] = services
      assert(service !== undefined)
      assert.equal(await tryPasscode(alice.code(1), alice, service.port, service.ca), 'allow')
    })
  })
}
