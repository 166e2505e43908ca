import { z } from 'zod'

const percent = z.number().min(0).max(100).default(0)

/** Faults that hit single datagrams, in either direction. Percentages are from 0 to 100. */
const linkFaults = {
  /** Datagrams that are lost. */
  lossPct: percent,
  /** Datagrams that arrive twice. */
  dupPct: percent,
  /** Time that each datagram takes. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
  /** Datagrams that are held back by 50 ms, so that later ones overtake them. */
  reorderPct: percent,
  /** Replies of which one octet is changed. */
  corruptReplyPct: percent,
  /** Replies that seem to come from another port than the server's. */
  wrongSourcePct: percent,
}

/** Names of servers: an entry of RadiusServers, an address, or `*` for all. */
const servers = z.array(z.string().min(1)).default([])
/** Names of controllers, such as `controller-2`, or `*` for all. */
const controllers = z.array(z.string().min(1)).default([])

export const faultsSchema = z.strictObject({
  ...linkFaults,
  /** Servers for which the network answers ICMP port unreachable. */
  icmpUnreachable: servers,
  /** Servers that get nothing. */
  serverDown: servers,
  /** Controllers whose requests arrive, but which get no reply: a security group that is open in one direction. */
  oneWaySg: controllers,
  /** Controllers whose requests are dropped: the outbound rule is missing. */
  blockedSg: controllers,
  /** Added to the times in the trace and in the capture: the controllers' clock is off. */
  clockSkewMs: z.number().int().min(-86_400_000).max(86_400_000).default(0),
  /** Overrides of the first six for single controllers. */
  controllers: z.record(z.string(), z.strictObject(overridable())).default({}),
})

export type Faults = z.output<typeof faultsSchema>
/** The faults that hit the datagrams of one controller. */
export type LinkFaults = Pick<Faults, keyof typeof linkFaults>

/** @returns The faults for one controller: its own ones, else those for all. */
export function linkFaultsOf(faults: Faults, controller: string): LinkFaults {
  const own = faults.controllers[controller]
  if (own === undefined) return faults
  const given = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...faults, ...Object.fromEntries(given) }
}

/** Whether a list names a server or controller, by one of its names or by `*`. */
export function isListed(list: readonly string[], ...names: readonly string[]): boolean {
  return list.includes('*') || names.some((name) => list.includes(name))
}

/** The same without defaults, which would override the faults for all controllers. */
function overridable() {
  const optional = z.number().min(0).max(100).optional()
  return {
    lossPct: optional,
    dupPct: optional,
    delayMs: z.number().int().min(0).max(600_000).optional(),
    reorderPct: optional,
    corruptReplyPct: optional,
    wrongSourcePct: optional,
  }
}
