import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { Memo } from '../../../host/memo.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = readonly [Address, number]

/** A peer, parsed; most peers send many requests. */
interface Peer {
  readonly address: string
  readonly isTrusted: boolean
}

const maxPeers = 2000

/**
 * Client addresses: the peer of the connection, or the address that a trusted proxy names in
 * `Forwarded` (RFC 7239) or `X-Forwarded-For`. All limits, logs and pages take addresses from here.
 */
export class ClientAddresses {
  readonly #trusted: readonly Network[]
  readonly #peers = new Memo<Peer>(maxPeers)

  /** @param trustedProxies IP addresses and networks in CIDR notation. */
  constructor(trustedProxies: readonly string[]) {
    this.#trusted = trustedProxies.map(parseNetwork).filter((network) => network !== undefined)
  }

  /**
   * Finds the address of a request's client.
   *
   * @returns An IP address; IPv4-mapped IPv6 in IPv4 form. The proxy's own address if it sends neither
   *   header; empty if a header has no address, or the two headers name different clients.
   */
  resolve({ socket, headers }: Pick<FastifyRequest, 'socket' | 'headers'>): string {
    const { address, isTrusted } = this.#peer(socket.remoteAddress ?? '')
    if (!isTrusted) return address
    const forwarded = joinHeader(headers.forwarded)
    const forwardedFor = joinHeader(headers['x-forwarded-for'])
    // a proxy writes one of the headers, and may forward the other one as the client sent it
    const named = [
      ...(forwarded === undefined ? [] : [this.#client(forwardedNodes(forwarded))]),
      ...(forwardedFor === undefined ? [] : [this.#client(forwardedFor.split(','))]),
    ]
    const [client = address, other = client] = named
    return client === other ? client : ''
  }

  /** Whether a peer is a trusted proxy, whose connections carry the requests of many clients. */
  trusts(peer: string): boolean {
    return this.#peer(peer).isTrusted
  }

  #peer(text: string): Peer {
    return this.#peers.find(text, () => {
      const address = parseAddress(text)
      return address === undefined
        ? { address: text, isTrusted: false }
        : { address: address.toString(), isTrusted: this.#isTrusted(address) }
    })
  }

  /** Returns the first address that is not trusted, starting at the nearest proxy. */
  #client(nodes: readonly string[]): string {
    let client = ''
    for (const node of nodes.toReversed()) {
      const address = parseAddress(addressOfNode(node.trim()))
      if (address === undefined) return ''
      client = address.toString()
      if (!this.#isTrusted(address)) return client
    }
    return client
  }

  #isTrusted(address: Address): boolean {
    return this.#trusted.some(
      ([network, bits]) => network.kind() === address.kind() && address.match([network, bits]),
    )
  }
}

/** @returns `undefined` if the text is neither an address nor a network. */
function parseNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const address = parseAddress(text)
  return address === undefined ? undefined : [address, address.kind() === 'ipv4' ? 32 : 128]
}

function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/%.*$/, '')
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)
  return isAddress ? ipaddr.process(bare) : undefined
}

function joinHeader(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(',') : header
}

/** The `for` of each element (RFC 7239 §4); empty if an element has none or can't be parsed. */
function forwardedNodes(header: string): string[] {
  return splitUnquoted(header, ',').map((element) => {
    const values = splitUnquoted(element, ';').flatMap(
      (pair) => /^\s*for\s*=\s*(.*?)\s*$/is.exec(pair)?.[1] ?? [],
    )
    const [value = ''] = values
    return values.length === 1 ? unquoted(value) : ''
  })
}

/** Splits at a separator that is not in a quoted string (RFC 9110 §5.6.4). */
function splitUnquoted(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let [part, quoted] = ['', false]
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') quoted = !quoted
    if (character === separator && !quoted) {
      parts.push(part)
      part = ''
    } else if (character === '\\' && quoted) {
      part += character + text.charAt(++at)
    } else {
      part += character
    }
  }
  return [...parts, part]
}

function unquoted(value: string): string {
  const text = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1]
  return text === undefined ? value : text.replace(/\\(.)/gs, '$1')
}

/** A node without its port: `192.0.2.1:4711`, `[2001:db8::1]:4711`, or an address alone. */
function addressOfNode(node: string): string {
  const bracketed = /^\[([^\]]*)\](?::\w+)?$/.exec(node)?.[1]
  if (bracketed !== undefined) return bracketed
  return /^(\d+\.\d+\.\d+\.\d+)(?::\w+)?$/.exec(node)?.[1] ?? node
}
