import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pages } from '../../../docs/pages.ts'
import { formatProblem } from '../../../src/config/problem.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'
import { proxyTable } from '../../../src/proxy/sections/section_table.ts'

const folder = join(import.meta.dirname, '../../../docs')

describe('generated pages', () => {
  for (const [file, page] of pages) {
    test(`${file} is up to date with npm run docs`, () => {
      assert.equal(readFileSync(join(folder, file), 'utf8'), page())
    })
  }
})

describe('docs/authproxy.cfg.md', () => {
  const page = readFileSync(join(folder, 'authproxy.cfg.md'), 'utf8')

  test('lists every section and every key', () => {
    const missing = proxyTable.sections
      .filter(({ status }) => status !== 'not supported')
      .flatMap(({ options, name }) => [name, ...Object.keys(options).map((key) => `\`${key}`)])
      .filter((word) => !page.includes(word))
    assert.deepEqual(missing, [])
  })

  test('its shortest file has no problem after its placeholders are replaced', () => {
    const [, text = ''] = /```ini\n(\[duo_only_client\][\s\S]*?)```/.exec(page) ?? []
    const problems = (content: string) =>
      readProxyConfig(content, '/nowhere/authproxy.cfg').problems.map(formatProblem)
    assert.deepEqual(
      problems(text).filter((problem) => !/placeholder|a domain for examples/.test(problem)),
      [],
    )
    const filled = text
      .replace('DIXXXXXXXXXXXXXXXXXX', 'DIWJ8X6AEYOR5OMC6TQ1')
      .replace('X'.repeat(40), 'a'.repeat(40))
      .replace('mfa.example.com', 'mfa.test')
      .replaceAll('24-random-characters-or-more', 's'.repeat(24))
    assert.deepEqual(problems(filled), [])
  })
})
