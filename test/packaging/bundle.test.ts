import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundle, listPrograms } from '../../packaging/bundle.ts'
import { version } from '../../src/host/version.ts'

describe('the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'))
  let modules: string[]

  function start(program: string, flag: string): string {
    const file = join(folder, 'lib/cmd', `${program}.js`)
    return execFileSync(process.execPath, [file, flag], { encoding: 'utf8' })
  }

  before(async () => {
    modules = await bundle(folder)
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const program of listPrograms()) {
    test(`starts ${program} without node_modules`, () => {
      const printed = start(program, '--help')
      assert.match(printed, new RegExp(`Usage: ${program} `))
    })
  }

  test('knows its version', () => {
    assert.equal(start('countersign', '--version'), `${version}\n`)
  })

  test('does not mention where it was built', () => {
    for (const name of readdirSync(join(folder, 'lib/cmd'))) {
      const text = readFileSync(join(folder, 'lib/cmd', name), 'utf8')
      assert.ok(!text.includes(join(import.meta.dirname, '../..')), name)
    }
  })

  test('lists the modules that it contains', () => {
    assert.ok(modules.some((file) => file.endsWith('/src/cmd/authproxy.ts')))
    assert.ok(modules.some((file) => file.includes('/node_modules/undici/')))
    assert.ok(!modules.some((file) => file.includes('/node_modules/vite/')))
  })
})
