import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capacityFigures } from '../../bench/scale/capacity.ts'

const gibibyte = 2 ** 30

test('derives machines from the rate that was measured with as many users', () => {
  const { columns, rows } = capacityFigures({
    points: [
      { database: 'SQLite', users: 1_000, loginsPerSec: 1_000, peakMiB: 200 },
      { database: 'SQLite', users: 100_000, loginsPerSec: 400, peakMiB: 250 },
      { database: 'PostgreSQL', users: 100_000, loginsPerSec: 500, peakMiB: 240 },
    ],
    bytesPerLine: { SQLite: gibibyte / 730_000, PostgreSQL: gibibyte / 365_000 },
    memoryOfPushes: { pushes: 1_000, addedMiB: 100 },
  })
  const valuesOf = (users: string): Record<string, unknown> => {
    const row = rows.find(([first]) => first === users) ?? []
    return Object.fromEntries(columns.map((title, column) => [title, row[column]]))
  }

  const small = valuesOf('1,000')
  assert.equal(small['logins a day'], '2,000')
  assert.equal(Number(small['peak logins/s']).toFixed(3), '0.444')
  assert.equal(small['SQLite: share of a core at the peak'], '0.0 %')
  assert.equal(small['SQLite: disk for a year of logs'], '1.0 GiB')
  assert.equal(small['PostgreSQL: disk for a year of logs'], '2.0 GiB')
  assert.equal(small['memory of a service'], '251 MiB')
  assert.match(String(small.machine), /^1 core/)

  const large = valuesOf('1,000,000')
  assert.equal(large['SQLite: share of a core at the peak'], '111 %')
  assert.equal(large['PostgreSQL: share of a core at the peak'], '89 %')
  assert.match(String(large.machine), /^4 nodes of .* PostgreSQL with 4 cores/)
})
