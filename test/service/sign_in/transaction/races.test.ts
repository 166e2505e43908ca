import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import type { Outcome } from '../../../../src/service/sign_in/transaction/transaction.ts'
import { SignIn } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const push = { factor: 'push', device: 'auto' } as const
const lifeMs = 60_000

/** Events that concern a push, each on one of two nodes after some turns of the event loop. */
const acts = fc.array(
  fc.record({
    node: fc.nat({ max: 1 }),
    does: fc.constantFrom('approve', 'deny', 'fraud', 'tidy', 'poll', 'wait'),
    turns: fc.nat({ max: 12 }),
  }),
  { minLength: 2, maxLength: 10 },
)
/** The node whose clock is past the push's expiry during the events. */
const lateNode = fc.option(fc.nat({ max: 1 }))

const logLines: Readonly<Record<string, string>> = {
  allow: 'success user_approved',
  deny: 'denied user_mistake',
  fraud: 'fraud user_marked_fraud',
  timeout: 'denied no_response',
}

onBothDatabases('concurrent events', (rig) => {
  let nodes: readonly [SignIn, SignIn]
  let vpn: Integration

  before(async () => {
    const store = await rig().open()
    // on SQLite both nodes use one store, because two stores in one process would wait for each other's lock
    const other = store.dialect === 'sqlite' ? store : await rig().open()
    nodes = [new SignIn(store), new SignIn(other)]
    vpn = await nodes[0].application()
  })
  after(() => {
    for (const { transactions } of nodes) transactions.close()
  })

  test('a push has one outcome and one log line, and all waiting clients get it', async () => {
    await fc.assert(
      fc.asyncProperty(acts, lateNode, async (acts, late) => {
        const [first, second] = nodes
        const now = Math.max(first.clock.now(), second.clock.now())
        for (const { clock } of nodes) clock.advance(now - clock.now())
        const { user, phoneId } = await first.addUser()
        const begun = await first.auth.begin(first.request(vpn, user), push, {
          async: true,
        })
        assert.ok(begun.kind === 'waiting')
        const { txid } = begun
        const waiting = nodes.flatMap(({ authStatus }) => [
          authStatus.awaitOutcome(txid),
          pollToTheEnd(authStatus, txid, vpn),
        ])
        if (late !== null) nodes[late]?.clock.advance(lifeMs)
        const done = await Promise.all(
          acts.map(async ({ node, does, turns }) => {
            for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
            const { authStatus, pushAnswers, tidy } = nodes[node] ?? first
            switch (does) {
              case 'tidy':
                return void (await tidy())
              case 'poll':
                return void waiting.push(pollToTheEnd(authStatus, txid, vpn))
              case 'wait':
                return void waiting.push(authStatus.awaitOutcome(txid))
              default:
                return await pushAnswers.answer(txid, phoneId, does)
            }
          }),
        )
        if (late === null) done.push(await first.pushAnswers.answer(txid, phoneId, 'deny'))
        const outcomes = await Promise.all(waiting)
        const settled = await second.transactions.byTxid(txid, second.store.db)
        assert.ok(settled !== undefined)
        const { result, status } = settled.outcome
        assert.ok(done.filter((answer) => answer === 'settled').length <= 1)
        for (const outcome of outcomes) {
          assert.deepEqual([outcome.result, outcome.status], [result, status])
        }
        const lines = await new AuthenticationLog().ofTxid(txid, first.store.db)
        assert.deepEqual(
          lines.map((line) => `${line.result} ${line.reason}`),
          [logLines[status]],
        )
      }),
      { numRuns: 60 },
    )
  })
})

async function pollToTheEnd(
  authStatus: SignIn['authStatus'],
  txid: string,
  { ikey }: Integration,
): Promise<Outcome> {
  for (;;) {
    const polled = await authStatus.poll(txid, ikey)
    assert.ok(polled !== undefined)
    if (polled.result !== 'waiting') return { ...polled, result: polled.result }
  }
}
