import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { postgresProgram, startPostgres } from '../../bench/postgres.ts'
import { Workplace } from '../../bench/workplace.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { type SiegeCounts, siege } from './siege.ts'

describe('kill -9 of the service at random moments under load', () => {
  test('50 times on SQLite', async () => {
    report('SQLite', await siege({ kills: 50 }))
  })

  const skip = skipWithout('postgresql-15', postgresProgram)
  test('15 times on PostgreSQL', { skip }, async () => {
    const place = await Workplace.open()
    try {
      report('PostgreSQL', await siege({ kills: 15, databaseUrl: await startPostgres(place) }))
    } finally {
      await place.close()
    }
  })
})

function report(database: string, counts: SiegeCounts): void {
  const { kills, accepted, inDoubt, triedAgain, enrolled, bypassCodes } = counts
  process.stdout.write(
    `${database}: ${kills} kills; ${accepted} logins accepted, ${inDoubt} in doubt when killed; ` +
      `${triedAgain} accepted passcodes tried again, none accepted; ` +
      `${enrolled} enrolments and ${bypassCodes} bypass codes acknowledged, none lost\n`,
  )
  assert.ok(triedAgain > 0)
}
