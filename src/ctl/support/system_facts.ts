import { spawnSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import {
  arch,
  cpus,
  freemem,
  hostname,
  loadavg,
  networkInterfaces,
  release,
  type as systemType,
  totalmem,
  uptime,
} from 'node:os'
import { join } from 'node:path'
import { errorText } from '../../host/error_text.ts'
import { version } from '../../host/version.ts'
import { listListeningSockets } from '../connectivity/port_owner.ts'

export interface FactPlaces {
  readonly configFile: string
  readonly runDir: string
  readonly logDir: string
  /** systemd unit. */
  readonly unit: string | undefined
  readonly proxyPid: number | undefined
}

const commandTimeoutMs = 5_000

/** Facts about the machine that explain most problems: versions, clock, network, limits, file modes. */
export function describeSystem(places: FactPlaces, now: number): string {
  const { configFile, runDir, logDir, unit, proxyPid } = places
  return [
    section('program', [
      `countersign ${version}`,
      `node ${process.version} at ${process.execPath}`,
      `openssl ${process.versions.openssl}`,
      `user ${process.getuid?.() ?? 'unknown'}, group ${process.getgid?.() ?? 'unknown'}`,
    ]),
    section('system', [
      `${systemType()} ${release()} ${arch()}`,
      ...readLines('/etc/os-release').filter((line) => /^(PRETTY_NAME|VERSION)=/.test(line)),
      `host ${hostname()}, up ${Math.round(uptime() / 3600)} h`,
      `${cpus().length} processors, load ${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`,
      `memory ${toMiB(freemem())} MiB free of ${toMiB(totalmem())} MiB`,
      describeDisk(logDir),
    ]),
    section('clock', [
      new Date(now).toISOString(),
      `time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}`,
      ...run('timedatectl', ['show', '-p', 'NTP', '-p', 'NTPSynchronized', '-p', 'TimeUSec']),
    ]),
    section('service', unit === undefined ? ['no systemd unit'] : describeUnit(unit)),
    section('interfaces', describeInterfaces()),
    section(
      'name servers',
      readLines('/etc/resolv.conf').filter((line) => /^\w/.test(line)),
    ),
    section('listening ports', listListeningSockets()),
    section('limits', readLines(`/proc/${proxyPid ?? 'self'}/limits`)),
    section('files', [
      describeFile(configFile),
      ...[join(configFile, '..'), runDir, logDir].flatMap(describeFolder),
    ]),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string {
  return `== ${title}\n${lines.length === 0 ? '(unknown)' : lines.join('\n')}\n`
}

function describeUnit(unit: string): string[] {
  const properties = ['ActiveState', 'SubState', 'Result', 'ExecMainStatus', 'NRestarts', 'User']
  return run('systemctl', ['show', unit, ...properties.flatMap((name) => ['-p', name])])
}

function describeInterfaces(): string[] {
  return Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
    const list = addresses.map(({ cidr, address }) => cidr ?? address)
    return `${name}: ${list.join(', ')}`
  })
}

function describeDisk(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return `disk of ${folder}: ${toMiB(bavail * bsize)} MiB free`
  } catch {
    return `disk of ${folder}: unknown`
  }
}

function describeFolder(folder: string): string[] {
  try {
    const names = readdirSync(folder).toSorted()
    return [describeFile(folder), ...names.map((name) => describeFile(join(folder, name)))]
  } catch (error) {
    return [`${folder}: ${errorText(error)}`]
  }
}

/** `-rw------- 998:998 1234 2026-11-29T12:00:00.000Z /opt/…` */
function describeFile(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined) return `${file}: missing`
  const { mode, uid, gid, size, mtime } = found
  const kind = found.isDirectory() ? 'folder' : found.isSocket() ? 'socket' : 'file'
  const octal = (mode & 0o7777).toString(8).padStart(4, '0')
  return `${octal} ${uid}:${gid} ${size} ${mtime.toISOString()} ${kind} ${file}`
}

function run(command: string, args: readonly string[]): string[] {
  const { stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: commandTimeoutMs,
  })
  if (error !== undefined) return [`${command}: ${error.message}`]
  return stdout.split('\n').filter((line) => line !== '')
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
