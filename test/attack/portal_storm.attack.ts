import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../src/service/audit/authentication_log.ts'
import { PortalBrowser } from '../rig/portal_browser.ts'
import { honestLogins } from './rig/logins.ts'
import { Programs } from './rig/programs.ts'

const stormMs = 20_000
const lanes = 24
/** Five times `threshold`: guesses of all addresses together before the portal is closed. */
const maxGuesses = 50
const maxGrowthMb = 300

describe('a storm of guesses at the portal', () => {
  let programs: Programs
  before(async () => {
    programs = await Programs.start({
      honestUsers: 4,
      // gives each visitor its own address
      service: { trusted_proxies: '127.0.0.1' },
    })
  })
  after(() => programs.stop())

  const digits = (count: number) => String(randomInt(10 ** count)).padStart(count, '0')
  const name = () => {
    const written = [`${randomUUID()}\\alice`, `alice@${randomUUID()}.example`, ' Alice ', 'alice']
    return written[randomInt(written.length)] ?? ''
  }
  const address = () => `2001:db8:${randomInt(65_536).toString(16)}:${randomInt(65_536)}::1`

  test('gets at most fifty guesses, none right, and closes no other sign-in', async (t) => {
    const { client, store, port } = programs
    const memoryBefore = programs.serviceMemory()
    const statuses = new Map<number, number>()
    const until = performance.now() + stormMs
    const isOver = () => performance.now() > until
    const visit = async () => {
      const portal = new PortalBrowser({ port, send: (raw) => client.send(raw) })
      const headers = { 'x-forwarded-for': address() }
      const post = async (path: string, body: object = {}) => {
        const { status } = await portal.call('POST', path, body, headers)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        return status
      }
      // other names fill the table of names
      if (randomInt(4) === 0) await post('sign-in', { username: randomUUID() })
      if ((await post('sign-in', { username: name() })) !== 200) return
      assert.notEqual(await post('sign-in/passcode', { passcode: digits(6) }), 200)
    }
    const storm = Promise.all(
      Array.from({ length: lanes }, async () => {
        while (!isOver()) await visit()
      }),
    )
    const honest = await honestLogins(programs, { lanes: 2, over: isOver })
    await storm

    const user = await store.db
      .selectFrom('users')
      .select('user_id')
      .where('username', '=', 'alice')
      .executeTakeFirstOrThrow()
    const events = await new AuthenticationLog().ofUser(
      user.user_id,
      {
        since: 0,
        limit: 100_000,
      },
      store.db,
    )
    const guesses = events.filter(({ reason }) => reason === 'invalid_passcode').length
    const growth = programs.serviceMemory() - memoryBefore
    const limited = statuses.get(429) ?? 0
    const asked = [...statuses.values()].reduce((sum, count) => sum + count, 0)
    t.diagnostic(`${asked} requests, ${limited} limited, ${guesses} guesses, ${growth} MiB more`)
    t.diagnostic(`honest sign-ins: ${JSON.stringify(honest)}`)

    assert.ok(guesses <= maxGuesses, `${guesses} guesses`)
    assert.deepEqual(
      [...statuses.keys()].filter((status) => ![200, 401, 429].includes(status)),
      [],
    )
    assert.ok(growth < maxGrowthMb, `${growth} MiB`)
    assert.ok(honest.accepted > 0)
    assert.deepEqual([honest.rejected, honest.silent], [0, 0])
    assert.equal(await programs.signIn('alice', programs.alice.totp.generate()), 'accept')
  })
})
