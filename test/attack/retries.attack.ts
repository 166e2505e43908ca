import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { ManualClock } from '../rig/manual_clock.ts'
import { parseResponse, TestService } from '../rig/service.ts'
import { until } from '../rig/until.ts'

const timeoutMs = 20_000
/** Times of the attacker's login after the victim's first request. */
const offsets = [
  ...[-1_499, -1_000, -200, -1, 0, 1, 200, 1_000, 1_499].flatMap((off) => [
    timeoutMs + off,
    2 * timeoutMs + off,
  ]),
  ...[1, 500, 5_000, 10_000, 18_400, 21_600, 30_000],
]
/** Times of the approval of the victim's push. */
const approvals = [19_600, 20_500, 25_000, 39_700, 41_600]

/** How the attacker's request differs from the victim's retry, if at all. */
const different: readonly Readonly<Record<string, string>>[] = [
  { radius_source: '10.0.1.11' },
  { prompt: 'push1' },
  { ipaddr: '192.0.2.9' },
]

/** How long a packet waited for its proxy, and was then on its way to the service. */
interface Delay {
  readonly unreadMs: number
  readonly ageMs: number
}

interface Way {
  readonly victim?: Delay
  readonly attacker?: Delay
}

const atOnce: Delay = { unreadMs: 0, ageMs: 0 }
/** The victim’s retry reaches the service within 1.5 s of its time: later, docs/workspaces.md promises nothing. */
const ways: readonly Way[] = [
  { attacker: { unreadMs: 0, ageMs: 3_000 } },
  { attacker: { unreadMs: 5_000, ageMs: 0 } },
  { attacker: { unreadMs: 16_000, ageMs: 1_000 } },
  { victim: { unreadMs: 1_000, ageMs: 0 }, attacker: { unreadMs: 5_000, ageMs: 0 } },
  { victim: { unreadMs: 0, ageMs: 1_000 } },
  { victim: { unreadMs: 0, ageMs: 3_000 } },
  { victim: { unreadMs: 0, ageMs: 1_000 }, attacker: { unreadMs: 3_000, ageMs: 3_000 } },
]

function lateMs({ unreadMs, ageMs }: Delay): number {
  return unreadMs + ageMs
}

function toParameters({ unreadMs, ageMs }: Delay): Readonly<Record<string, string>> {
  return { request_unread_ms: String(unreadMs), request_age_ms: String(ageMs) }
}

/** An attacker who knows the password signs in beside the victim, whose directory retries every 20 s. */
describe('a login beside the retries of another one', () => {
  const clock = new ManualClock()
  let service: TestService
  let app: Integration
  let otherApp: Integration

  before(async () => {
    service = await TestService.start({ clock, delivery: { push: { send: async () => {} } } })
    app = await addApplication()
    otherApp = await addApplication()
  })
  after(() => service.close())

  async function addApplication(): Promise<Integration> {
    const { ikey } = await service.addIntegration('radius')
    return await service.store.transaction(async (db) => {
      const integrations = new Integrations(service.store)
      const client = { radiusTimeoutSecs: timeoutMs / 1000, radiusRetries: 1, radiusServers: 2 }
      await integrations.update(ikey, { client }, db)
      const found = await integrations.byIkey(ikey, db)
      assert(found !== undefined)
      return found
    })
  }

  const tally = { runs: 0, victims: 0, attackers: 0 }

  for (const approved of approvals) {
    test(`is never let in by an approval of the victim’s push after ${approved} ms`, async () => {
      for (const offset of offsets) await attack(offset, approved)
    })
  }

  test('is never let in if it comes from elsewhere or with another word', async () => {
    for (const parameters of different) {
      for (const at of [timeoutMs - 200, timeoutMs, timeoutMs + 200]) {
        await attack(at, 25_000, parameters)
      }
    }
  })

  test('is never let in if it is for another application or another user', async () => {
    for (const at of [timeoutMs - 200, timeoutMs, timeoutMs + 200]) {
      await attack(at, 25_000, {}, otherApp)
      const { userId } = await service.addUser({ username: `other-${at}` })
      await service.addPushPhone(userId)
      await attack(at, 25_000, { username: `other-${at}` })
    }
  })

  test('is never let in however late the proxies read or send on its packets', async () => {
    for (const way of ways) {
      for (const at of [timeoutMs - 1_499, timeoutMs - 200, timeoutMs, timeoutMs + 1_499]) {
        for (const approved of [20_500, 25_000]) await attack(at, approved, {}, app, way)
      }
    }
  })

  test('leaves the victim’s own login possible', async (context) => {
    const { victims, attackers, runs } = tally
    context.diagnostic(`accepted: ${victims} victims, ${attackers} attackers, of ${runs} runs`)
    assert.ok(victims > 0)
    assert.equal(attackers, 0)
  })

  async function attack(
    offset: number,
    approved: number,
    changes: Readonly<Record<string, string>> = {},
    attackedApp = app,
    { victim = atOnce, attacker = atOnce }: Way = {},
  ): Promise<void> {
    const username = `user-${randomUUID()}`
    const { userId } = await service.addUser({ username })
    const phone = await service.addPushPhone(userId)
    const began = clock.now()
    const logins: { readonly isVictim: boolean; result: string | undefined }[] = []
    const recorded = async () =>
      JSON.stringify(
        await service.store.db
          .selectFrom('joined_requests')
          .select(['request_id', 'txid', 'detached'])
          .where('arrived', '>=', began)
          .orderBy('request_id')
          .execute(),
      )
    const send = async (isVictim: boolean) => {
      const before = await recorded()
      const login: (typeof logins)[number] = { isVictim, result: undefined }
      logins.push(login)
      const parameters = {
        ...{ username, factor: 'prompt', prompt: 'push', radius_source: '10.0.0.11' },
        request_fingerprint: randomBytes(32).toString('hex'),
        ...(isVictim ? {} : changes),
        ...(logins.length === 1 ? {} : toParameters(isVictim ? victim : attacker)),
      }
      const integration = isVictim ? app : attackedApp
      void service.call({ path: '/auth/v2/auth', parameters, integration }).then((answer) => {
        login.result = String(parseResponse(answer).result)
      })
      await until(async () => login.result !== undefined || (await recorded()) !== before)
    }
    await send(true)
    const [first] = await phone.requests()
    assert(first !== undefined)
    const isAnswered = () => logins.some(({ isVictim, result }) => isVictim && result === 'allow')
    let answered: Promise<unknown> = Promise.resolve()
    const events = [
      { at: timeoutMs + lateMs(victim), work: () => send(true) },
      { at: 2 * timeoutMs, work: () => send(true) },
      { at: 3 * timeoutMs, work: () => send(true) },
      { at: offset + lateMs(attacker), work: () => send(false) },
      {
        at: approved,
        work: async () => {
          answered = phone.answer(String(first.txid), 'approve')
          await until(async () => {
            const row = await service.store.db
              .selectFrom('transactions')
              .select(['approved', 'settled'])
              .where('txid', '=', String(first.txid))
              .executeTakeFirst()
            return row?.settled !== null || row.approved !== null
          })
        },
      },
    ].toSorted((one, other) => one.at - other.at)
    for (const { at, work } of events) {
      clock.advance(Math.max(0, began + at - clock.now()))
      // the directory sends no retry after a reply
      if (!isAnswered() || work === events.at(-1)?.work) await work()
    }
    await until(() => {
      clock.advance(1_000)
      return logins.every(({ result }) => result !== undefined)
    })
    await answered
    const accepted = logins.filter(({ result }) => result === 'allow')
    tally.runs++
    for (const { isVictim } of accepted) tally[isVictim ? 'victims' : 'attackers']++
    const said = `offset ${offset}, approved ${approved}: ${JSON.stringify(logins)}`
    assert.ok(accepted.length <= 1, said)
    assert.ok(
      accepted.every(({ isVictim }) => isVictim),
      said,
    )
  }
})
