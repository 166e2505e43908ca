import type { Report } from './problem.ts'
import type { RadiusServerSection } from './proxy_config.ts'
import type { Section } from './section.ts'

/** Tells of every two servers that would want the same socket: `*` takes every address of a port. */
export function reportSharedPorts(
  sections: readonly Section[],
  servers: readonly RadiusServerSection[],
  report: Report,
): void {
  const before: { readonly server: RadiusServerSection; readonly line: number }[] = []
  for (const server of servers) {
    const line = lineOfPort(sections, server)
    const other = before.find((one) => collide(one.server, server))
    before.push({ server, line })
    if (other === undefined) continue
    report(
      'error',
      line,
      `[${server.name}] listens on the same port ${server.port} as [${other.server.name}] in line ${other.line}; give one of them another port or interface`,
    )
  }
}

function collide(one: RadiusServerSection, other: RadiusServerSection): boolean {
  if (one.port !== other.port) return false
  const [first, second] = [one.interfaceAddress, other.interfaceAddress]
  return first === undefined || second === undefined || first === second
}

function lineOfPort(sections: readonly Section[], { name }: RadiusServerSection): number {
  const section = sections.find((candidate) => candidate.name === name)
  const port = section?.settings.find(({ option }) => option.key === 'port')
  return port?.entry.line ?? section?.line ?? 1
}
