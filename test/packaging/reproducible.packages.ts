import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'

const root = join(import.meta.dirname, '../..')

describe('npm run package', () => {
  const work = mkdtempSync(join(tmpdir(), 'reproducible-'))
  after(() => rmSync(work, { recursive: true }))

  test('makes the same bytes in another folder, with another umask, in another time zone', () => {
    const sums = (folder: string, umask: string, zone: string) => {
      const out = join(work, `out-${umask}`)
      execFileSync(
        'sh',
        ['-c', `umask ${umask}; exec "$0" packaging/package.ts --out ${out}`, process.execPath],
        {
          cwd: folder,
          env: { ...process.env, TZ: zone },
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      )
      const listed = readFileSync(join(out, 'SHA256SUMS'), 'utf8')
      rmSync(out, { recursive: true })
      return listed
    }
    const first = sums(root, '022', 'UTC')
    const clone = join(work, 'clone')
    execFileSync('cp', ['-r', root, clone])
    assert.equal(sums(clone, '077', 'Asia/Tokyo'), first)
    assert.equal(first.split('\n').filter((line) => /\.(deb|tar\.gz)$/.test(line)).length, 4)
  })
})
