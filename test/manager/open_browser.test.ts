import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBrowser } from '../../src/manager/open_browser.ts'
import { until } from '../rig/until.ts'

const link = 'http://127.0.0.1:8444/#link=a-token'

test('gives the browser a private file that leads to the link, and never the link', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'opener-'))
  const seen = join(folder, 'seen')
  const opener = join(folder, 'xdg-open')
  writeFileSync(opener, `#!/bin/sh\nprintf '%s' "$*" > ${seen}.new && mv ${seen}.new ${seen}\n`)
  chmodSync(opener, 0o755)
  const { PATH } = process.env
  process.env.PATH = `${folder}:${PATH}`
  t.after(() => {
    process.env.PATH = PATH
    rmSync(folder, { recursive: true })
  })
  const remove = openBrowser(link)
  await until(() => existsSync(seen))
  const opened = readFileSync(seen, 'utf8')
  assert(!opened.includes('a-token'))
  assert.match(
    readFileSync(opened, 'utf8'),
    /content="0;url=http:\/\/127\.0\.0\.1:8444\/#link=a-token"/,
  )
  assert.equal(statSync(opened).mode & 0o777, 0o600)
  remove()
  assert(!existsSync(opened))
})
