import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gzip, writeTar } from '../../packaging/archive.ts'
import { runCommand } from '../../packaging/command.ts'

describe('an archive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'))
  after(() => rmSync(folder, { recursive: true }))

  function pack(
    name: string,
    files: readonly string[],
    { mode, time }: { mode: number; time: number },
  ): Buffer {
    const source = join(folder, name, 'product')
    mkdirSync(source, { recursive: true })
    for (const file of files) {
      writeFileSync(join(source, file), file)
      chmodSync(join(source, file), mode)
      utimesSync(join(source, file), time, time)
    }
    const tar = join(folder, name, 'x.tar')
    writeTar(tar, join(folder, name), ['product'], 1_800_000_000)
    gzip(tar, `${tar}.gz`)
    return readFileSync(`${tar}.gz`)
  }

  const first = pack('first', ['b', 'a', 'C'], { mode: 0o600, time: 1 })

  test('has the same bytes in another folder, at another time, with another umask', () => {
    assert.deepEqual(pack('second', ['C', 'a', 'b'], { mode: 0o664, time: 99 }), first)
  })

  test('keeps executable files executable', () => {
    assert.notDeepEqual(pack('third', ['b', 'a', 'C'], { mode: 0o700, time: 1 }), first)
  })

  test('belongs to root', () => {
    const listing = runCommand('tar', [
      '--list',
      '--verbose',
      '--numeric-owner',
      '-f',
      join(folder, 'first/x.tar.gz'),
    ])
    assert.match(listing, /^drwxr-xr-x 0\/0 .* product\/\n-rw-r--r-- 0\/0 .* product\/C\n/)
  })
})
