import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runCommand } from '../../packaging/command.ts'
import { version } from '../../src/host/version.ts'
import { buildPackages } from './rig/built_packages.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root'
const products = ['countersign-authproxy', 'countersign'] as const

describe('the OCI images', { skip }, () => {
  const work = mkdtempSync(join(tmpdir(), 'images-'))
  let folder: string

  before(() => {
    folder = buildPackages('oci')
  })
  after(() => {
    rmSync(work, { recursive: true })
    rmSync(folder, { recursive: true })
  })

  for (const product of products) {
    const program = product === 'countersign' ? 'countersign' : 'authproxy'
    const image = () => `${join(folder, `${product}-${version}-oci`)}:${version}`

    test(`skopeo accepts that of ${product}, and converts it`, () => {
      const config: unknown = JSON.parse(
        runCommand('skopeo', ['inspect', '--config', `oci:${image()}`]),
      )
      assert.ok(typeof config === 'object' && config !== null && 'config' in config)
      assert.match(JSON.stringify(config.config), /"Entrypoint":\["\/usr\/local\/bin\/node",/)
      const archive = join(work, `${product}.tar`)
      runCommand('skopeo', [
        'copy',
        '--insecure-policy',
        `oci:${image()}`,
        `docker-archive:${archive}:${product}:${version}`,
      ])
      rmSync(archive)
    })

    test(`umoci unpacks that of ${product}, and it runs without a shell`, () => {
      const bundle = join(work, product)
      runCommand('umoci', ['unpack', '--image', image(), bundle])
      const rootFs = join(bundle, 'rootfs')
      const run = (...args: string[]) =>
        runCommand('unshare', [
          '--mount',
          '--pid',
          '--net',
          '--fork',
          '--root',
          rootFs,
          '--setuid',
          '10001',
          '--setgid',
          '10001',
          '/usr/local/bin/node',
          `/opt/${product}/lib/cmd/${program}.js`,
          ...args,
        ])
      assert.equal(run('--version'), `${version}\n`)
      assert.deepEqual(
        readdirSync(rootFs, { recursive: true }).filter((name) =>
          /(^|\/)(ba)?sh$/.test(String(name)),
        ),
        [],
      )
    })
  }

  test('the service creates its data in its volume', () => {
    const rootFs = join(work, 'countersign/rootfs')
    const printed = runCommand('unshare', [
      '--root',
      rootFs,
      '--setuid',
      '10001',
      '--setgid',
      '10001',
      '/usr/local/bin/node',
      '/opt/countersign/lib/cmd/countersign.js',
      'init',
      '--data',
      '/var/lib/countersign',
    ])
    assert.match(printed, /var\/lib\/countersign/)
  })
})
