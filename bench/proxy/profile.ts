import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figures } from '../figure.ts'

/** The parts of V8's CPU profile that are read here. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

/** Owner of the running code, by its file; the first match wins. */
const owners: readonly (readonly [owner: string, files: RegExp])[] = [
  ['undici (HTTP)', /node_modules\/undici/],
  ['RADIUS codec and server', /src\/radius\//],
  ['Auth API client and signature', /src\/duo\//],
  ['the proxy', /src\/proxy\//],
  ['log', /src\/host\/|node_modules\/(rotating-file-stream|pino)/],
  ['TLS (node:tls)', /node:(_tls|internal\/tls|tls)/],
  ['UDP (node:dgram)', /node:(internal\/)?dgram/],
  ['HMAC and hash (node:crypto)', /node:internal\/crypto/],
  ['sockets and streams', /node:(net|internal\/(stream|net|streams|js_stream)|stream|events)/],
  [
    'timers, promises, ticks',
    /node:internal\/(timers|process|async|util|event_target)|node:timers/,
  ],
  ['Node, other', /^node:/],
]
const special: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collector',
  '(program)': 'native: kernel, OpenSSL records, event loop',
}
const topFunctions = 15

/** Where the proxy's CPU time goes: self time by owner, and the functions that take the most. */
export async function profileFigures(folder: string, name: string): Promise<Figures> {
  const owned = new Map<string, number>()
  const functions = new Map<string, number>()
  for (const file of await readdir(folder)) {
    const profile: CpuProfile = JSON.parse(await readFile(join(folder, file), 'utf8'))
    addProfile(profile, owned, functions)
  }
  const total = [...owned.values()].reduce((sum, micros) => sum + micros, 0)
  const percent = (micros: number): string => `${((micros / total) * 100).toFixed(1)}%`
  const byTime = (times: Map<string, number>): [string, number][] =>
    [...times].sort(([, one], [, other]) => other - one)
  return {
    name,
    method: `self time on the CPU, ${(total / 1e6).toFixed(1)} s sampled under load, idle left out`,
    columns: ['whose code', 'share'],
    rows: byTime(owned).map(([owner, micros]) => [owner, percent(micros)]),
    better: {},
    targets: [],
    remarks: byTime(functions)
      .slice(0, topFunctions)
      .map(([where, micros]) => `${percent(micros)} ${where}`),
    verified: [],
  }
}

function addProfile(
  { nodes, samples, timeDeltas }: CpuProfile,
  owned: Map<string, number>,
  functions: Map<string, number>,
): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const ownerById = new Map<number, string>()
  const visit = (node: ProfileNode, above: string): void => {
    const owner = findOwner(node) ?? above
    ownerById.set(node.id, owner)
    for (const child of node.children ?? []) {
      const below = byId.get(child)
      if (below !== undefined) visit(below, owner)
    }
  }
  const [root] = nodes
  if (root !== undefined) visit(root, 'Node, other')
  for (const [index, id] of samples.entries()) {
    const node = byId.get(id)
    if (node === undefined || node.callFrame.functionName === '(idle)') continue
    const micros = timeDeltas[index] ?? 0
    const owner = ownerById.get(id) ?? 'Node, other'
    owned.set(owner, (owned.get(owner) ?? 0) + micros)
    const where = `${node.callFrame.functionName || '(anonymous)'} (${shortPath(node) || owner})`
    functions.set(where, (functions.get(where) ?? 0) + micros)
  }
}

/** Native functions have no file; they count for their caller. */
function findOwner({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  if (url === '') return special[functionName]
  return owners.find(([, files]) => files.test(url))?.[0] ?? 'Node, other'
}

function shortPath({ callFrame: { url } }: ProfileNode): string {
  return url.replace(/^.*\/(?=src\/|node_modules\/)/, '')
}
