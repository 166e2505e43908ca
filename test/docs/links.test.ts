import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')
const pages = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/*.md', { cwd: root }).sort()]
const index = 'docs/README.md'

describe('links in the documentation', () => {
  for (const page of pages) {
    test(`${page}: every link leads to a file and a heading that exist`, () => {
      const broken = links(page).filter(({ file, anchor }) => {
        if (!existsSync(file)) return true
        return anchor !== '' && !anchors(file).has(anchor)
      })
      assert.deepEqual(
        broken.map(({ target }) => target),
        [],
      )
    })
  }

  test('the index names every page', () => {
    const named = new Set(links(index).map(({ file }) => file))
    const missing = pages.filter((page) => page.startsWith('docs/') && page !== index)
    assert.deepEqual(
      missing.filter((page) => !named.has(join(root, page))),
      [],
    )
  })
})

function links(page: string) {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#')
      const file = path === '' ? join(root, page) : join(root, dirname(page), path)
      return { target, file: resolve(file), anchor }
    })
}

/** The anchors of a page's headings, as GitHub forms them. */
function anchors(file: string): ReadonlySet<string> {
  const found = new Set<string>()
  const text = readFileSync(file, 'utf8').replaceAll(/```[\s\S]*?```/g, '')
  for (const [, heading = ''] of text.matchAll(/^#+ (.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let unique = slug
    for (let n = 1; found.has(unique); n++) unique = `${slug}-${n}`
    found.add(unique)
  }
  return found
}
