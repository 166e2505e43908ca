import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { PostgresCluster, skipPostgres } from '../rig/postgres.ts'
import { Running } from '../rig/running.ts'
import type { BurstFigures, BurstOptions } from './rig/guess_burst.ts'
import { honestLogins, type LoginFigures } from './rig/logins.ts'
import { busyLoops, Programs, radiusSecret } from './rig/programs.ts'

interface Figures {
  readonly burst: BurstFigures
  readonly honest: LoginFigures
}

const manyUsers = Array.from({ length: 500 }, (_, index) => `stranger${index}`)

/** Under `failmode=safe` no load may let a wrong passcode in, and every login gets a reply. */
for (const database of ['SQLite', 'PostgreSQL'] as const) {
  const skip = database === 'PostgreSQL' ? skipPostgres : false
  describe(`bursts of wrong passcodes under failmode=safe, ${database}`, { skip }, () => {
    let cluster: PostgresCluster | undefined
    let programs: Programs

    before(async () => {
      if (database === 'PostgreSQL') cluster = await PostgresCluster.start()
      programs = await Programs.start({
        ...(cluster === undefined ? {} : { databaseUrl: await cluster.createDatabase() }),
      })
    })
    after(async () => {
      await programs.stop()
      await cluster?.stop()
    })

    test('8,000 for one user in 4 s', async (t) => {
      await holds(t, { usernames: ['alice'], count: 8_000, rate: 2_000 })
    })

    test('8,000 for one user in 4 s, with three busy loops beside them', async (t) => {
      const loops = busyLoops(3)
      await holds(t, { usernames: ['alice'], count: 8_000, rate: 2_000 })
      await loops.stop()
    })

    test('16,000 for one user in 2.7 s', async (t) => {
      await holds(t, { usernames: ['alice'], count: 16_000, rate: 6_000 })
    })

    test('8,000 for 500 users in 4 s, with three busy loops beside them', async (t) => {
      const loops = busyLoops(3)
      await holds(t, { usernames: manyUsers, count: 8_000, rate: 2_000 })
      await loops.stop()
    })

    async function holds(
      t: TestContext,
      options: Omit<BurstOptions, 'port' | 'secret'>,
    ): Promise<void> {
      const { burst, honest } = await attacked(programs, options)
      t.diagnostic(`guesses: ${JSON.stringify(burst)}`)
      t.diagnostic(`honest logins: ${JSON.stringify(honest)}`)
      assert.equal(burst.accepted, 0, 'wrong passcodes that were let in')
      assert.equal(burst.silent, 0, 'guesses without a reply')
      assert.equal(honest.silent, 0, 'honest logins without a reply')
      assert.doesNotMatch(programs.proxy?.stdout ?? '', /let in without a second factor/)
    }
  })
}

async function attacked(
  programs: Programs,
  options: Omit<BurstOptions, 'port' | 'secret'>,
): Promise<Figures> {
  const burst = new Running(process.execPath, [
    join(import.meta.dirname, 'rig/guess_burst.ts'),
    JSON.stringify({ ...options, port: programs.radiusPort, secret: radiusSecret }),
  ])
  const honest = await honestLogins(programs, { lanes: 4, over: () => burst.hasEnded })
  assert.equal(await burst.ended(), 0, burst.stderr)
  return { burst: JSON.parse(burst.stdout), honest }
}
