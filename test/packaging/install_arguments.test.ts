import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

const sources = join(import.meta.dirname, '../../packaging/linux')
const folder = mkdtempSync(join(tmpdir(), 'install-'))

/** An unpacked archive, with programs in place of the runtime and of SELinux's. */
function unpack(product: 'authproxy' | 'countersign'): string {
  const archive = join(folder, product)
  cpSync(join(sources, 'installer'), join(archive, 'installer'), { recursive: true })
  copyFileSync(join(sources, `${product}.product.sh`), join(archive, 'installer/product.sh'))
  copyFileSync(join(sources, 'install.sh'), join(archive, 'install'))
  writeFileSync(join(archive, 'package.json'), '{\n  "version": "1.2.3"\n}\n')
  mkdirSync(join(archive, 'runtime'))
  writeProgram(join(archive, 'runtime/node'), 'echo v24')
  return archive
}

function writeProgram(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}

/** Runs `./install --dry-run`. @param answers Standard input. */
function install(args: readonly string[], { answers = '', product = 'authproxy' } = {}) {
  const { status, stdout, stderr } = spawnSync(
    join(folder, product, 'install'),
    ['--dry-run', ...args],
    {
      input: answers,
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'fake')}:/usr/sbin:/usr/bin:/sbin:/bin` },
    },
  )
  return { status, stdout, stderr }
}

function useSelinux(mode: 'Enforcing' | 'Permissive' | 'Disabled'): void {
  writeProgram(join(folder, 'fake/getenforce'), `echo ${mode}`)
  writeProgram(join(folder, 'fake/semodule'), 'exit 0')
  writeProgram(join(folder, 'fake/restorecon'), 'exit 0')
}

describe('the flags of ./install', () => {
  before(() => {
    mkdirSync(join(folder, 'fake'))
    unpack('authproxy')
    unpack('countersign')
    useSelinux('Disabled')
  })
  after(() => rmSync(folder, { recursive: true }))

  test('takes the defaults with --silent', () => {
    const { status, stdout } = install(['--silent'])
    assert.equal(status, 0)
    assert.equal(
      stdout,
      `would install the Countersign authentication proxy 1.2.3
  install directory   /opt/countersign-authproxy
  service user        authproxy_svc
  log group           authproxy_grp
  start at boot       yes
  SELinux module      no
`,
    )
  })

  test('takes values after a space or an equals sign', () => {
    const { stdout } = install([
      '--silent',
      '--install-dir=/opt/mfa/',
      '--service-user',
      'radius',
      '--log-group=adm',
      '--create-init-script',
      'no',
      '--enable-selinux=no',
    ])
    assert.match(stdout, /install directory {3}\/opt\/mfa\n.*user {8}radius\n.*adm\n.*boot {7}no\n/)
  })

  test('asks for what no flag says, and takes the default for an empty line', () => {
    const { stdout } = install(['--log-group=adm'], { answers: '/opt/mfa\n\nno\n' })
    assert.match(stdout, /Where should it be installed\? \[\/opt\/countersign-authproxy\]/)
    assert.match(
      stdout,
      /install directory {3}\/opt\/mfa\n.*user {8}authproxy_svc\n.*adm\n.*boot {7}no\n/,
    )
  })

  test('refuses to guess when the input ends', () => {
    assert.match(install([]).stderr, /the input has ended; use --silent/)
  })

  const refused = {
    '--bogus': /unknown argument '--bogus'; see .\/install --help/,
    extra: /unknown argument 'extra'/,
    '--install-dir': /--install-dir needs a value/,
    '--install-dir=': /--install-dir needs a value/,
    '--install-dir=opt/mfa': /write an absolute path/,
    '--install-dir=/opt/a b': /only letters, digits/,
    '--install-dir=/opt/../etc/x': /without '.', '..'/,
    '--install-dir=/usr': /choose a folder of its own/,
    '--service-user=root': /choose an account without privileges/,
    '--service-user=a;b': /write a name of small letters/,
    '--log-group=Domain Users': /write a name of small letters/,
    '--create-init-script=maybe': /write yes or no/,
    '--enable-selinux=1': /write yes or no/,
  }
  for (const [flag, message] of Object.entries(refused)) {
    test(`refuses ${flag}`, () => {
      const { status, stderr } = install(['--silent', flag])
      assert.equal(status, 1)
      assert.match(stderr, message)
    })
  }

  test('the service has neither a log group nor an SELinux module', () => {
    const { status, stdout } = install(['--silent'], { product: 'countersign' })
    assert.equal(status, 0)
    assert.doesNotMatch(stdout, /log group|SELinux/)
    const refusal = install(['--log-group=adm'], { product: 'countersign' })
    assert.match(refusal.stderr, /--log-group is a flag of the authentication proxy/)
  })

  test('names the package if the runtime lacks a library', () => {
    const runtime = join(folder, 'authproxy/runtime/node')
    writeProgram(
      runtime,
      'echo "error while loading shared libraries: libstdc++.so.6" >&2; exit 127',
    )
    assert.match(install(['--silent']).stderr, /libstdc\+\+ is missing.*: .* libstdc\+\+/)
    writeProgram(runtime, 'echo v24')
  })

  test('has changed nothing', () => {
    assert.deepEqual(readdirSync(folder).sort(), ['authproxy', 'countersign', 'fake'])
  })
})

describe('./install under SELinux', () => {
  before(() => {
    mkdirSync(join(folder, 'fake'), { recursive: true })
    unpack('authproxy')
  })
  after(() => rmSync(folder, { recursive: true }))

  test('loads the module by default if SELinux is enforcing', () => {
    useSelinux('Enforcing')
    assert.match(install(['--silent']).stdout, /SELinux module {6}yes/)
  })

  test("says that systemd can't start the proxy without it", () => {
    useSelinux('Enforcing')
    const { status, stderr } = install(['--silent', '--enable-selinux=no'])
    assert.equal(status, 0)
    assert.match(
      stderr,
      /SELinux is enforcing: without the policy module, systemd can't start the proxy/,
    )
  })

  test('leaves it out by default if SELinux is permissive, and says what follows', () => {
    useSelinux('Permissive')
    const { stdout, stderr } = install(['--silent'])
    assert.match(stdout, /SELinux module {6}no/)
    assert.match(stderr, /no longer once SELinux is enforcing/)
  })

  test('refuses it where SELinux is disabled', () => {
    useSelinux('Disabled')
    const { status, stderr } = install(['--silent', '--enable-selinux', 'yes'])
    assert.equal(status, 1)
    assert.match(stderr, /SELinux is not enabled on this machine; leave the flag out/)
  })
})
