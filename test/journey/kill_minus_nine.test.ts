import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siege } from '../chaos/siege.ts'

// 50 kills, and PostgreSQL: npm run chaos
test('kill -9 of the service under load: no passcode works twice, nothing acknowledged is lost', async (t) => {
  const counts = await siege({ kills: 5 })
  t.diagnostic(JSON.stringify(counts))
  assert.equal(counts.kills, 5)
  assert.ok(counts.triedAgain > 0)
})
