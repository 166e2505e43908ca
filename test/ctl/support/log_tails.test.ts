import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLogTails } from '../../../src/ctl/support/log_tails.ts'

test('the newest logs are collected when there are more than 12 files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-tails-'))
  const current = ['authevents.log', 'authproxy.log', 'authproxy.out', 'connectivity_tool.log']
  const rotated = [1, 2, 3, 4, 5, 6].flatMap((number) => [
    `authevents.log.${number}`,
    `authproxy.log.${number}`,
  ])
  for (const name of [...current, ...rotated, 'authproxy.cfg']) {
    writeFileSync(join(folder, name), `${name}\n`)
  }
  const tails = readLogTails(folder)
  rmSync(folder, { recursive: true })
  assert.deepEqual(
    tails.map(({ name }) => name),
    [...current, ...rotated.slice(0, 8)].map((name) => `log/${name}`),
  )
  assert.equal(tails[2]?.content, 'authproxy.out\n')
})
