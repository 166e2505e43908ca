import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'

/** A column of the drawing. */
export interface ShownNode {
  readonly id: string
  readonly name: string
  /** For narrow columns. */
  readonly shortName: string
  /** Empty if it has none. */
  readonly address: string
}

/** The name and address of a node, in one line. */
export function nodeLabel(id: string, nodes: readonly ShownNode[]): string {
  const node = nodes.find((candidate) => candidate.id === id)
  return node === undefined ? id : `${node.name} ${node.address}`.trim()
}

/** Columns from left to right. */
const order = ['client', 'domain', 'controller', 'proxy', 'service', 'phone']

/** The columns for some events, in the order in which a sign-in passes them. */
export function nodesOf(
  events: readonly { readonly from: string; readonly to: string }[],
  directory: ShownDirectory | undefined,
): readonly ShownNode[] {
  const ids = new Set(events.flatMap(({ from, to }) => [from, to]))
  return [...ids]
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b, 'en', { numeric: true }))
    .map((id) => nameNode(id, directory))
}

function rankOf(id: string): number {
  const rank = order.findIndex((name) => id.startsWith(name))
  return rank < 0 ? order.length : rank
}

const names: Readonly<Record<string, readonly [name: string, shortName: string]>> = {
  client: ['Client', 'Client'],
  domain: ['Domain', 'Domain'],
  service: ['MFA service', 'MFA'],
  phone: ['Phone', 'Phone'],
}

/** The name of a node for people, and its address. */
function nameNode(id: string, directory: ShownDirectory | undefined): ShownNode {
  const controller = /^controller-(.+)$/.exec(id)?.[1]
  if (controller !== undefined) {
    const address = directory?.controllers.find(({ name }) => name === id)?.address ?? ''
    return { id, name: `Controller ${controller}`, shortName: `Ctrl ${controller}`, address }
  }
  if (id.startsWith('proxy-')) {
    return { id, name: 'Proxy', shortName: 'Proxy', address: id.slice('proxy-'.length) }
  }
  const [name = id, shortName = id] = names[id] ?? []
  return { id, name, shortName, address: '' }
}
