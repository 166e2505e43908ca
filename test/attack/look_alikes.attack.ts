import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookupName } from '../../src/duo/index.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { changeApplicationPolicy } from '../../src/service/applications/policy/application_policy.ts'
import { AuthenticationLog } from '../../src/service/audit/authentication_log.ts'
import { Users } from '../../src/service/people/users.ts'
import { parseResponse } from '../rig/service_client.ts'
import { Programs } from './rig/programs.ts'

const attacked = ['alice', 'bjorn.olsen', 'o_brien', 'kovacs', 'jean-luc', 'svc42'] as const
const exempt = 'backup'
const perName = 100
const lanes = 8
/** The same letters in other scripts and forms, from tables independent of the service's. */
const homoglyphs: Readonly<Record<string, string>> = {
  a: 'аɑαàáâãäåāăąǎạảấẵ',
  b: 'Ьḃḅƀ',
  c: 'сϲçćĉċčⅽ',
  e: 'еèéêëēĕėęěẹểҽ',
  i: 'іìíîïĩīĭįıỉⅰ',
  j: 'јĵǰ',
  k: 'ķǩḱкκ',
  l: 'ĺļľłḷⅼ',
  n: 'ñńņňṇǹո',
  o: 'оοòóôõöøōŏőơọօ',
  r: 'ŕŗřṛг',
  s: 'ѕśŝşšṣș',
  u: 'ùúûüũūŭůűųưụυ',
  v: 'ѵνṽṿⅴ',
}
const marks = ['\u0300', '\u0301', '\u0308', '\u0323', '\u0336', '\u20e3']
const invisible = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\u00ad',
  '\u202e',
  '\ufeff',
  '\ufe0f',
  '\u034f',
  '\u3164',
  '\u{e0020}',
  '\u0007',
]
const endings = ['', '', '', '.', '..', ' .', '。', '\u200b', '@corp.example', '＠corp.example']
const beginnings = ['', '', '', '\u200f', 'CORP\\', 'CORP\u2216', '\u2060']

describe('look-alikes of user names', () => {
  let programs: Programs
  let applications: readonly Integration[]

  before(async () => {
    programs = await Programs.start({
      honestUsers: 1,
      proxy: { exempt_username_1: exempt },
    })
    const { store } = programs
    const users = new Users()
    applications = await store.transaction(async (db) => {
      for (const username of attacked.slice(1)) await users.create({ username }, Date.now(), db)
      const integrations = new Integrations(store)
      const create = async (newUsers: 'enroll' | 'no-mfa') => {
        const made = await integrations.create({ name: newUsers, type: 'radius' }, Date.now(), db)
        await changeApplicationPolicy(store, made, { newUsers }, Date.now(), db)
        return made
      }
      return [await create('enroll'), await create('no-mfa')]
    })
  })
  after(() => programs.stop())

  const count = async (table: 'users' | 'portal_codes') =>
    (await programs.store.db.selectFrom(table).selectAll().execute()).length

  test('are never enrolled or accepted', async (context) => {
    const random = seeded(7)
    const names = attacked.flatMap((name) =>
      Array.from({ length: perName }, () => buildLookAlike(name, random)),
    )
    const users = await count('users')
    const figures = { denied: 0, enrolled: 0, accepted: 0, other: 0 }
    const work = names.flatMap((username) =>
      applications.map((integration) => ({ username, integration })),
    )
    const lane = async () => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        const { username, integration } = next
        const passcode = programs.alice.bypassCodes[0] ?? ''
        for (const [path, parameters] of [
          ['/auth/v2/preauth', { username }],
          ['/auth/v2/auth', { username, factor: 'passcode', passcode }],
        ] as const) {
          const { result, enroll_portal_url: link } = parseResponse(
            await programs.client.call({ path, parameters, integration }),
          )
          if (result === 'allow' || result === 'auth') figures.accepted++
          else if (result === 'enroll' || link !== undefined) figures.enrolled++
          else if (result === 'deny') figures.denied++
          else figures.other++
        }
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    const reasons = Map.groupBy(
      await new AuthenticationLog().list({ limit: 10_000 }, programs.store.db),
      ({ reason }) => reason,
    )
    const logged = [...reasons].map(([reason, events]) => `${events.length} ${reason}`)
    context.diagnostic(`${names.length} names: ${JSON.stringify(figures)}; log: ${logged}`)
    const calls = names.length * applications.length * 2
    assert.deepEqual(figures, { denied: calls, enrolled: 0, accepted: 0, other: 0 })
    assert.deepEqual([await count('users'), await count('portal_codes')], [users, 0])
    assert.equal(reasons.get('look_alike_username')?.length, calls)
  })

  test('are not accepted through the proxy, not even those of exempt names', async (context) => {
    const random = seeded(11)
    const figures = { accept: 0, reject: 0, silence: 0 }
    const names = ['alice', exempt].flatMap((name) =>
      Array.from({ length: perName }, () => buildLookAlike(name, random)),
    )
    for (const username of names) figures[await programs.signIn(username, 'push')]++
    context.diagnostic(`${names.length} sign-ins: ${JSON.stringify(figures)}`)
    assert.deepEqual(figures, { accept: 0, reject: names.length, silence: 0 })
  })

  test('leave the users themselves as they were', async () => {
    assert.equal(await programs.signIn('alice', programs.alice.totp.generate()), 'accept')
    assert.equal(await programs.signIn(`CORP\\${exempt}`, 'push'), 'accept')
  })
})

/** A spelling that no exact comparison takes for the name. */
function buildLookAlike(name: string, random: () => number): string {
  const pick = <Item>(items: ArrayLike<Item>) => items[Math.floor(random() * items.length)]
  for (;;) {
    const letters = [...name].map((letter) => {
      const roll = random()
      if (roll < 0.2) return pick([...(homoglyphs[letter] ?? letter)]) ?? letter
      if (roll < 0.3) return String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)
      if (roll < 0.36) return letter + (pick(marks) ?? '')
      if (roll < 0.42) return letter + (pick(invisible) ?? '')
      return roll < 0.6 ? letter.toUpperCase() : letter
    })
    const written = `${pick(beginnings)}${letters.join('')}${pick(endings)}`
    if (lookupName(written, 'simple') !== name) return written
  }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
