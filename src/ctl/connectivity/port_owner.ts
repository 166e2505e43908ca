import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** A process that has a port open; what the system does not show to this user is absent. */
export interface PortOwner {
  readonly pid?: number
  readonly program?: string
  readonly uid: number
}

const listening = '0A'

/**
 * Finds out which process has a port open, from Linux's `/proc`. Only root sees the processes of other
 * users.
 *
 * @returns `undefined` if nothing is found, or on another system.
 */
export function findPortOwner(transport: 'udp' | 'tcp', port: number): PortOwner | undefined {
  const socket = [transport, `${transport}6`]
    .flatMap((table) => readSockets(table))
    .find((row) => row.port === port && (transport === 'udp' || row.state === listening))
  if (socket === undefined) return undefined
  const pid = findProcess(socket.inode)
  if (pid === undefined) return { uid: socket.uid }
  const program = describeProgram(pid)
  return { pid, uid: socket.uid, ...(program === '' ? {} : { program }) }
}

/** Every listening port of the machine, one line each, with its user. */
export function listListeningSockets(): string[] {
  return ['udp', 'udp6', 'tcp', 'tcp6'].flatMap((table) =>
    readSockets(table)
      .filter(({ state }) => table.startsWith('udp') || state === listening)
      .map(({ port, uid }) => `${table} ${port} of user ${uid}`),
  )
}

interface SocketRow {
  readonly port: number
  readonly state: string
  readonly uid: number
  readonly inode: string
}

/** Columns of proc(5): sl, local_address, rem_address, st, tx:rx, tr:tm, retrnsmt, uid, timeout, inode. */
function readSockets(table: string): SocketRow[] {
  // not /proc/net, which is hidden from a unit with ProcSubset=pid
  return readText(`/proc/self/net/${table}`)
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/)
      const port = Number.parseInt(local.split(':')[1] ?? '', 16)
      return Number.isNaN(port) ? [] : [{ port, state, uid: Number(uid), inode }]
    })
}

const interpreter = /^(node|python\d*(\.\d+)?|perl|ruby|java)$/

const scriptFile = /^\w[\w.-]{0,60}\.(ts|[cm]?js|py|pl|rb|jar)$/

/** The title that a process gives itself may hold anything. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e].*$/s, '').slice(0, 60)
}

/** `freeradius`, or `node authproxy.ts`; further arguments may be secrets. */
function describeProgram(pid: number): string {
  const [command = '', ...args] = readText(`/proc/${pid}/cmdline`).split('\0')
  const name = printable(basename(command))
  if (name === '') return printable(readText(`/proc/${pid}/comm`).trim())
  // an argument that is no file name may be code or a secret
  const script = args.map((argument) => basename(argument)).find((file) => scriptFile.test(file))
  return interpreter.test(name) && script !== undefined ? `${name} ${script}` : name
}

function findProcess(inode: string): number | undefined {
  const wanted = `socket:[${inode}]`
  const pids = list('/proc').filter((name) => /^\d+$/.test(name))
  const found = pids.find((pid) =>
    list(`/proc/${pid}/fd`).some(
      (descriptor) => readLink(`/proc/${pid}/fd/${descriptor}`) === wanted,
    ),
  )
  return found === undefined ? undefined : Number(found)
}

/** The user that runs a process. */
export function findProcessUid(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid
}

/** The process that started a process. */
export function findParent(pid: number): number | undefined {
  const parent = /^PPid:\s*(\d+)$/m.exec(readText(`/proc/${pid}/status`))?.[1]
  return parent === undefined ? undefined : Number(parent)
}

// processes end while they are looked at, and those of other users can't be read

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
