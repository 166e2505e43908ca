import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Secret } from '../../../../../src/host/secret.ts'
import type { Integration } from '../../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { startService } from '../../../../../src/service/compose/service.ts'
import { defaultConfig } from '../../../../../src/service/config/service_config.ts'
import { Users } from '../../../../../src/service/people/users.ts'
import { invite, PortalBrowser } from '../../../../rig/portal_browser.ts'
import { skipSecondDatabase } from '../../../../rig/postgres.ts'
import { RecordingLog } from '../../../../rig/recording_log.ts'
import { parseResponse, TestService, type TestToken } from '../../../../rig/service.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../../rig/shared_postgres.ts'

/** Look-alikes of alice, her alias a.smith, and dora@corp.example. */
const lookAlikes: readonly [string, string][] = [
  ['grave accent', 'àlice'],
  ['combining mark', 'alic\u0327e'],
  ['mark that does not compose', 'a\u0336lice'],
  ['fullwidth', 'ａｌｉｃｅ'],
  ['one fullwidth letter', 'ａlice'],
  ['mathematical letters', '𝐀𝓁𝒾𝖈𝚎'],
  ['Cyrillic e', 'alic\u0435'],
  ['Greek alpha', '\u03b1lice'],
  ['Greek capital iota as an l', 'a\u0399ice'],
  ['small capitals', 'ᴀʟɪᴄᴇ'],
  ['dotless i', 'alıce'],
  ['l with a stroke', 'ałice'],
  ['zero-width space', 'ali\u200bce'],
  ['soft hyphen', 'alice\u00ad'],
  ['right-to-left mark', '\u200falice'],
  ['variation selector', 'alice\ufe0f'],
  ['Hangul filler', 'alice\u3164'],
  ['control character', 'ali\u0007ce'],
  ['unassigned character', 'alice\u0378'],
  ['replacement character', 'ali\ufffdce'],
  ['trailing dot', 'alice.'],
  ['trailing dots and blanks', 'alice . .'],
  ['ideographic full stop', 'alice。'],
  ['several at once', 'CORP\\Àl\u200bıce.'],
  ['domain in front', 'CORP\\àlice'],
  ['domain behind', 'àlice@corp.example'],
  ['fullwidth separator', 'alice＠corp.example'],
  ['backslash look-alike', 'CORP\u2216alice'],
  ['alias', 'a.smíth'],
  ['user with a domain, without it', 'dora'],
  ['user with a domain, in another one', 'CORP\\dora'],
  ['user with a domain, in another spelling', 'dòra@corp.example'],
  ['hundreds of invisible characters', `ali${'\u200b'.repeat(200)}ce`],
  ['capital of another script', 'ΑLICE'],
]

const invalid: readonly [string, string][] = [
  ['mixed scripts', 'bоris'],
  ['Latin and Devanagari', 'bob\u093f'],
  ['zero-width joiner', 'bo\u200db'],
  ['script out of use', 'ᎷᎪᎡᏦ'],
  ['no letter or digit', '...'],
]

const legitimate: readonly string[] = [
  'иван',
  '山田太郎',
  'たなか',
  'tanaka太郎',
  '김철수',
  'محمد',
  'राम',
  'müller',
  'carol2',
]

function suite(database: () => Promise<{ readonly databaseUrl?: Secret }>): void {
  const log = new RecordingLog()
  let service: TestService
  let token: TestToken
  let counter = 0
  let userId: string
  let databaseUrl: Secret | undefined
  const applications = new Map<string, Integration>()

  before(async () => {
    const options = await database()
    databaseUrl = options.databaseUrl
    service = await TestService.start({ log, ...options })
    const user = await service.addUser({ username: 'alice', aliases: ['a.smith'] })
    userId = user.userId
    await service.addUser({ username: 'dora@corp.example' })
    token = await service.addToken(userId)
    for (const policy of ['enroll', 'allow', 'deny'] as const) {
      applications.set(policy, await service.addIntegration('radius', policy))
    }
  })
  after(() => service.close())

  const ask = (path: string, parameters: Record<string, string>, policy: string) => {
    const integration = applications.get(policy)
    assert.ok(integration !== undefined)
    return service.call({ path, parameters, integration })
  }
  const rows = async (table: 'users' | 'portal_codes' | 'activation_codes') =>
    (await service.store.db.selectFrom(table).selectAll().execute()).length
  const lastEvent = async () =>
    (await new AuthenticationLog().list({ limit: 1 }, service.store.db))[0]

  const assertDenied = async (username: string, policy: string, reason: string) => {
    const before = await new AuthenticationLog().list({ limit: 1000 }, service.store.db)
    const preauth = parseResponse(await ask('/auth/v2/preauth', { username }, policy))
    assert.deepEqual(Object.keys(preauth).toSorted(), ['result', 'status_msg'])
    assert.equal(preauth.result, 'deny')
    const passcode = { username, factor: 'passcode', passcode: token.code(counter) }
    for (const parameters of [passcode, { username, factor: 'prompt', prompt: 'push' }]) {
      const auth = parseResponse(await ask('/auth/v2/auth', parameters, policy))
      assert.equal(auth.result, 'deny')
      assert.equal(auth.enroll_portal_url, undefined)
    }
    const v1 = parseResponse(await ask('/rest/v1/preauth', { user: username }, policy))
    assert.equal(v1.result, 'deny')
    assert.doesNotMatch(String(v1.status), /portal/)
    const event = await lastEvent()
    assert.equal(event?.reason, reason)
    assert.equal(event.username, username)
    assert.equal(event.userId, null)
    const now = await new AuthenticationLog().list({ limit: 1000 }, service.store.db)
    assert.equal(now.length - before.length, 4)
  }

  for (const [kind, username] of lookAlikes) {
    test(`denies a look-alike under every policy: ${kind}`, async () => {
      log.lines.length = 0
      for (const policy of applications.keys())
        await assertDenied(username, policy, 'look_alike_username')
      assert.ok(log.has('denied a user name that looks like another'))
      assert.ok(
        log.lines.every((line) =>
          /^warn .*looks_like: '(alice|a\.smith|dora@corp\.example)/s.test(line),
        ),
        log.lines[0],
      )
      assert.equal(await rows('users'), 2)
      assert.equal(await rows('portal_codes'), 0)
    })
  }

  test('logs a look-alike as such even if new users are denied', () =>
    assertDenied('àlice', 'deny', 'look_alike_username'))

  test('refuses to enrol a look-alike, and logs it', async () => {
    for (const username of ['àlice', 'alic\u0435', 'CORP\\àlice', 'a.smíth']) {
      const answer = await ask('/auth/v2/enroll', { username }, 'enroll')
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.message_detail],
        [400, 40002, 'username looks like that of another user'],
      )
      const event = await lastEvent()
      assert.deepEqual([event?.reason, event?.username], ['look_alike_username', username])
    }
    assert.equal(await rows('users'), 2)
    assert.equal(await rows('activation_codes'), 0)
  })

  test('refuses to enrol a user who exists without the domain', async () => {
    for (const username of ['CORP\\alice', 'alice@corp.example', 'CORP\\A.Smith']) {
      const answer = await ask('/auth/v2/enroll', { username }, 'enroll')
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.message_detail],
        [400, 40002, 'username already exists'],
        username,
      )
    }
    assert.equal(await rows('users'), 2)
  })

  for (const [kind, username] of invalid) {
    test(`denies an invalid username: ${kind}`, async () => {
      for (const policy of ['enroll', 'allow'])
        await assertDenied(username, policy, 'invalid_username')
      const answer = await ask('/auth/v2/enroll', { username }, 'enroll')
      assert.deepEqual([answer.status, answer.body.message_detail], [400, 'username'])
      assert.equal(await rows('users'), 2)
      assert.equal(await rows('portal_codes'), 0)
    })
  }

  test('refuses a look-alike at the portal', async () => {
    const at = new PortalBrowser(service)
    assert.equal((await at.signIn('àlice', token.code(counter))).status, 401)
    const event = await lastEvent()
    assert.deepEqual([event?.reason, event?.username], ['look_alike_username', 'àlice'])
    const invited = new PortalBrowser(service)
    const code = await invite(service, 'alic\u00e9', { now: Date.now() })
    assert.equal((await invited.post('invitation', { code })).status, 410)
  })

  test('refuses an open enrolment after a user with a similar name was added', async () => {
    const preauth = parseResponse(await ask('/auth/v2/preauth', { username: 'zoë' }, 'enroll'))
    const code = /[^/]+$/.exec(String(preauth.enroll_portal_url))?.[0] ?? ''
    const at = new PortalBrowser(service)
    assert.equal((await at.post('invitation', { code })).status, 200)
    const { userId: zoe } = await service.addUser({ username: 'zoe' })
    const reply = await at.post('activations')
    assert.deepEqual([reply.status, reply.body.code], [409, 'username'])
    assert.doesNotMatch(reply.text, /zoe/)
    assert.ok(log.has('refused an enrolment because of its username'))
    await service.store.db.deleteFrom('portal_codes').execute()
    await service.store.transaction((db) => new Users().remove(zoe, db))
  })

  test('enrols one of ten look-alikes that are sent simultaneously', async () => {
    const names = ['éve', 'eve', 'ève', 'EVE.', 'ｅve', 'evé', 'êve', 'evë', 'ẽve', 'evĕ']
    const answers = await Promise.all(
      names.map((username) => ask('/auth/v2/enroll', { username }, 'enroll')),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.equal(answers.filter(({ status }) => status === 400).length, 9)
    assert.equal(await rows('users'), 3)
  })

  test('accepts alice under her username and each alias', async () => {
    for (const username of ['alice', 'ALICE ', 'CORP\\alice', 'alice@corp.example', 'A.Smith']) {
      const parameters = { username, factor: 'passcode', passcode: token.code(counter++) }
      const answer = parseResponse(await ask('/auth/v2/auth', parameters, 'enroll'))
      assert.equal(answer.result, 'allow', username)
    }
  })

  test('enrols other names in any script', async () => {
    for (const username of legitimate) {
      const preauth = parseResponse(await ask('/auth/v2/preauth', { username }, 'enroll'))
      assert.equal(preauth.result, 'enroll', username)
      assert.match(String(preauth.enroll_portal_url), /#\/enroll\//)
      const enrolled = parseResponse(await ask('/auth/v2/enroll', { username }, 'enroll'))
      assert.equal(enrolled.username, username)
    }
  })

  test('distinguishes two existing users with colliding names', async () => {
    // older data, from before the check
    const other = await service.addUser({ username: 'other' })
    const names = service.store.db.updateTable('user_names').where('user_id', '=', other.userId)
    await names.set({ name: 'muller', written: 'muller', claims: 0, folded: 'muller' }).execute()
    const otherToken = await service.addToken(other.userId)
    const users = service.store.db.selectFrom('user_names').select('user_id')
    const { user_id: umlaut } = await users.where('name', '=', 'müller').executeTakeFirstOrThrow()
    const umlautToken = await service.addToken(umlaut)
    for (const [username, passcode, result] of [
      ['muller', otherToken.code(0), 'allow'],
      ['müller', umlautToken.code(0), 'allow'],
      ['muller', umlautToken.code(1), 'deny'],
      ['mûller', umlautToken.code(1), 'deny'],
    ] as const) {
      const parameters = { username, factor: 'passcode', passcode }
      const answer = parseResponse(await ask('/auth/v2/auth', parameters, 'allow'))
      assert.equal(answer.result, result, username)
    }
  })

  test('warns about colliding names at startup', async () => {
    const { folder } = service
    const restarted = new RecordingLog()
    const second = await startService({
      folder,
      port: 0,
      address: '127.0.0.1',
      config: { ...defaultConfig(folder), databaseUrl },
      log: restarted,
    })
    await second.close()
    const warnings = restarted.lines.filter((line) => line.includes('names look alike'))
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /^warn .*count: 1,.*m\\\\u\{fc\}ller/s)
  })
}

describe('look-alike usernames, on SQLite', () => suite(async () => ({})))

describe('look-alike usernames, on PostgreSQL', { skip: skipSecondDatabase }, () => {
  let database: SuiteDatabase
  suite(async () => {
    database = await makeSuiteDatabase()
    return { databaseUrl: database.url }
  })
  after(() => database.release())
})
