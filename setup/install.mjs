// Installs what the programs of a clone need; does nothing if it is already installed.
// Runs on any Node from 20 on, since it installs Node 24.
//
//   --peers      also the Debian packages that the tests talk to (radclient, PostgreSQL, ...)
//   --packages   also those with which the installers are built and tested
//   --bench      also the peers that the benchmarks measure against
//
// Debian packages are installed where this runs as root; elsewhere the tests that need one say
// which, and are skipped. Some are only unpacked.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb } from './build_web.mjs'
import { npmCi } from './npm_ci.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = new Set(process.argv.slice(2))

const debianPackages = {
  '--peers': {
    caddy: '/usr/bin/caddy',
    checkpolicy: '/usr/bin/checkmodule',
    chromium: '/usr/bin/chromium',
    'chromium-headless-shell': '/usr/bin/chromium-headless-shell',
    eapoltest: '/usr/bin/eapol_test',
    freeradius: '/usr/sbin/freeradius',
    'freeradius-utils': '/usr/bin/radclient',
    kannel: '/usr/sbin/bearerbox',
    'kannel-extras': '/usr/lib/kannel/test/fakesmsc',
    'libmaxmind-db-writer-perl': '/usr/share/doc/libmaxmind-db-writer-perl/copyright',
    'libyubikey-dev': '/usr/bin/ykgenerate',
    nginx: '/usr/sbin/nginx',
    oathtool: '/usr/bin/oathtool',
    openssl: '/usr/bin/openssl',
    openvpn: '/usr/sbin/openvpn',
    'openvpn-auth-radius': '/usr/lib/openvpn/radiusplugin.so',
    pgbouncer: '/usr/sbin/pgbouncer',
    prometheus: '/usr/bin/promtool',
    'pskc-utils': '/usr/bin/csv2pskc',
    pskctool: '/usr/bin/pskctool',
    'python3-aiosmtpd': '/usr/lib/python3/dist-packages/aiosmtpd/smtp.py',
    'python3-duo-client': '/usr/lib/python3/dist-packages/duo_client/client.py',
    'python3-pyrad': '/usr/lib/python3/dist-packages/pyrad/client.py',
    policycoreutils: '/usr/libexec/selinux/hll/pp',
    'postgresql-15': '/usr/lib/postgresql/15/bin/postgres',
    radsecproxy: '/usr/sbin/radsecproxy',
    ruby: '/usr/bin/ruby',
    'semodule-utils': '/usr/bin/semodule_package',
    slapd: '/usr/sbin/slapd',
    'zbar-tools': '/usr/bin/zbarimg',
  },
  '--packages': {
    debootstrap: '/usr/sbin/debootstrap',
    'gcc-mingw-w64-x86-64-win32': '/usr/bin/x86_64-w64-mingw32-gcc',
    nsis: '/usr/bin/makensis',
    skopeo: '/usr/bin/skopeo',
    'systemd-container': '/usr/bin/systemd-nspawn',
    umoci: '/usr/bin/umoci',
  },
  '--bench': {
    'freeradius-rest': '/usr/lib/freeradius/rlm_rest.so',
  },
}

/**
 * Only unpacked, under node_modules: installed, login-duo would bring an SSH server and a program
 * with the rights of root, and libpam-duo would change what /etc/pam.d is made from. PAM loads a module
 * by its whole path, so that it need not be installed.
 */
const unpackedPackages = {
  '--peers': ['libduo3', 'libpam-duo', 'libpam-radius-auth', 'login-duo', 'pamtester'],
}

let listsAreFresh = false

/** Packages that are programs to us, and services to Debian: it would start them, now and at each boot. */
const services = [
  'caddy',
  'freeradius',
  'kannel',
  'nginx',
  'openvpn',
  'pgbouncer',
  'prometheus',
  'radsecproxy',
  'slapd',
]
const policy = '/usr/sbin/policy-rc.d'

await installNodePackages()
installDebianPackages()
unpackDebianPackages()
if (!buildWeb()) {
  say('the browser apps could not be built: see the errors above')
  process.exit(1)
}

async function installNodePackages() {
  const stamp = join(root, 'node_modules', '.installed-from')
  const runtime = join(root, 'node_modules', 'node', 'bin', 'node')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(readFileSync(join(root, 'package.json')))
    .digest('hex')
  if (existsSync(stamp) && existsSync(runtime) && readFileSync(stamp, 'utf8') === lock) return
  // the link points to the packages of another clone, which `npm ci` would delete
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return
  if (!(await npmCi(root, say))) process.exit(1)
  writeFileSync(stamp, lock)
}

function installDebianPackages() {
  const missing = Object.entries(debianPackages)
    .filter(([flag]) => wanted.has(flag))
    .flatMap(([, packages]) => Object.entries(packages))
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name)
  if (missing.length === 0) return
  if (!canFetch(missing)) return
  say(`installing ${missing.join(', ')}`)
  freshenLists()
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  startNothing()
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })
  for (const service of services.filter((name) => missing.includes(name))) {
    // systemd complains of a service that it has not seen yet, and the links are right all the same
    const disabled = spawnSync('update-rc.d', [service, 'disable'], { stdio: 'ignore' })
    // a package with a unit and no init script
    if (disabled.status !== 0) spawnSync('systemctl', ['disable', service], { stdio: 'ignore' })
  }
}

/** Until this ends, no package starts its service (invoke-rc.d(8)). */
function startNothing() {
  if (existsSync(policy)) return
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  process.on('exit', () => rmSync(policy, { force: true }))
}

function unpackDebianPackages() {
  const folder = join(root, 'node_modules', '.debian')
  const missing = Object.entries(unpackedPackages)
    .filter(([flag]) => wanted.has(flag))
    .flatMap(([, packages]) => packages)
    .filter((name) => !existsSync(join(folder, 'usr/share/doc', name)))
  if (missing.length === 0 || !canFetch(missing)) return
  say(`unpacking ${missing.join(', ')}`)
  mkdirSync(folder, { recursive: true })
  const fetched = mkdtempSync(join(folder, 'fetched-'))
  freshenLists()
  // apt's own user could not write here
  const asRoot = ['-o', 'APT::Sandbox::User=root']
  run('apt-get', ['download', '-qq', ...asRoot, ...missing], { cwd: fetched })
  for (const file of readdirSync(fetched)) run('dpkg-deb', ['-x', join(fetched, file), folder])
  rmSync(fetched, { recursive: true })
}

function freshenLists() {
  if (!listsAreFresh) run('apt-get', ['update', '-qq'])
  listsAreFresh = true
}

function canFetch(missing) {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) return true
  say(`not installed: ${missing.join(', ')}; the tests that need one of them are skipped`)
  return false
}

function run(command, args, { cwd = root, env = process.env } = {}) {
  // apt's progress must not mix with the caller's standard output
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  say(`'${command} ${args.join(' ')}' failed${error ? `: ${error.message}` : ''}`)
  process.exit(1)
}

function say(message) {
  process.stderr.write(`setup: ${message}\n`)
}
