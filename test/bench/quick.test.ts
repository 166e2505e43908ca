import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'

const run = join(import.meta.dirname, '../../bench/run.ts')

interface Measured {
  readonly name: string
  readonly rows: readonly unknown[]
  readonly verified: readonly number[]
}

describe('npm run bench -- --quick', () => {
  for (const name of ['proxy', 'radius', 'service', 'transactions']) {
    test(`${name}: every server gives replies that hold`, async () => {
      const arguments_ = [run, name, '--quick', '--json']
      const { stdout } = await promisify(execFile)(process.execPath, arguments_)
      const measured: Measured = JSON.parse(stdout)
      assert.equal(measured.name, name)
      assert.ok(measured.verified.length >= 2)
      assert.deepEqual(
        measured.verified.filter((replies) => !(replies > 0)),
        [],
      )
    })
  }
})
