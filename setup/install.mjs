// Brings a clone to a state in which its programs run, and does nothing where it is there already.
// Runs on any Node from 20 on, since it is what brings Node 24 along.
//
//   --peers   also the Debian packages that the tests talk to (radclient, PostgreSQL, ...)
//   --bench   also the peers that the benchmarks measure against
//
// Debian packages are installed where this runs as root; elsewhere the tests that need one say
// which, and are skipped.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb } from './build_web.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = new Set(process.argv.slice(2))

const debianPackages = {
  '--peers': {
    chromium: '/usr/bin/chromium',
    'freeradius-utils': '/usr/bin/radclient',
    'libmaxmind-db-writer-perl': '/usr/share/doc/libmaxmind-db-writer-perl/copyright',
    'libyubikey-dev': '/usr/bin/ykgenerate',
    oathtool: '/usr/bin/oathtool',
    openssl: '/usr/bin/openssl',
    'pskc-utils': '/usr/bin/csv2pskc',
    pskctool: '/usr/bin/pskctool',
    'python3-aiosmtpd': '/usr/lib/python3/dist-packages/aiosmtpd/smtp.py',
    'python3-pyrad': '/usr/lib/python3/dist-packages/pyrad/client.py',
    'postgresql-15': '/usr/lib/postgresql/15/bin/postgres',
  },
  '--bench': {
    freeradius: '/usr/sbin/freeradius',
    'freeradius-rest': '/usr/lib/freeradius/rlm_rest.so',
  },
}

installNodePackages()
installDebianPackages()
if (!buildWeb()) {
  say('the browser apps could not be built: what stands above says why')
  process.exit(1)
}

function installNodePackages() {
  const stamp = join(root, 'node_modules', '.installed-from')
  const runtime = join(root, 'node_modules', 'node', 'bin', 'node')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(readFileSync(join(root, 'package.json')))
    .digest('hex')
  if (existsSync(stamp) && existsSync(runtime) && readFileSync(stamp, 'utf8') === lock) return
  // a link leads to the packages of another clone, which `npm ci` would take away from it
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return
  say('installing the packages that package-lock.json names (about half a minute)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, lock)
}

function installDebianPackages() {
  const missing = Object.entries(debianPackages)
    .filter(([flag]) => wanted.has(flag))
    .flatMap(([, packages]) => Object.entries(packages))
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(`not installed: ${missing.join(', ')}; the tests that need one of them are skipped`)
    return
  }
  say(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], env)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], env)
}

function run(command, args, env = process.env) {
  // apt's progress must not stand before what the caller prints on standard output
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  say(`'${command} ${args.join(' ')}' failed${error ? `: ${error.message}` : ''}`)
  process.exit(1)
}

function say(message) {
  process.stderr.write(`setup: ${message}\n`)
}
