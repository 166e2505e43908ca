import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'

const dist = resolve(import.meta.dirname, '../../../web/dist')
const assets = join(dist, 'assets')
const maxFirstLoad = 300_000

/** The scripts that a page loads before it can show anything, by following static imports. */
function firstLoad(page: string): ReadonlySet<string> {
  const html = readFileSync(join(dist, page), 'utf8')
  const found = new Set<string>()
  const follow = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    const code = readFileSync(join(assets, name), 'utf8')
    for (const [, next = ''] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
      follow(next)
    }
  }
  for (const [, name = ''] of html.matchAll(/src="\/assets\/([^"]+\.js)"/g)) follow(name)
  return found
}

function gzipSize(name: string): number {
  const file = join(assets, name)
  return statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size
}

describe('the built panel', () => {
  const scripts = firstLoad('admin/index.html')

  test('loads less than 300 KB of compressed scripts first', () => {
    assert.ok(scripts.size > 0)
    const total = [...scripts].reduce((sum, name) => sum + gzipSize(name), 0)
    assert.ok(total > 50_000, 'the scripts were found')
    assert.ok(total <= maxFirstLoad, `${total} bytes in ${[...scripts].join(', ')}`)
  })

  test('loads the code of pages when they are opened', () => {
    const pages = readdirSync(assets).filter((name) => /_page-.*\.js$/.test(name))
    assert.ok(pages.length >= 5, pages.join(', '))
    assert.deepEqual(
      pages.filter((name) => scripts.has(name)),
      [],
    )
  })

  test('has neither inline scripts nor inline styles', () => {
    const html = readFileSync(join(dist, 'admin/index.html'), 'utf8')
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/)
  })
})
