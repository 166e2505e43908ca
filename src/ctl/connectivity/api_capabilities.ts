import { challengeResponses, joinedSignIns } from '../../duo/index.ts'
import type { Finding } from './connectivity_event.ts'

interface Meaning {
  readonly name: string
  readonly offered: string
  readonly absent: string
}

const joining: Meaning = {
  name: joinedSignIns,
  offered:
    'a retry of the RADIUS client joins the push that waits, also over another proxy, by the timeout that is set for the application',
  absent:
    'only a repeated packet to this proxy joins the push that waits; a retry with a new packet, or over another proxy, causes a second push',
}
const proving: Meaning = {
  name: challengeResponses,
  offered: 'CHAP and MS-CHAP work, except for bypass codes and YubiKeys',
  absent: 'CHAP and MS-CHAP sign-ins are rejected; let the RADIUS client use PAP',
}

/** What an API beyond the vendor's offers, and what follows for the sign-ins of a section of that kind. */
export function describeCapabilities(
  sectionKind: string,
  place: string,
  capabilities: readonly string[],
): readonly Finding[] {
  const meanings = sectionKind.startsWith('radius_server')
    ? [joining, ...(sectionKind === 'radius_server_duo_only' ? [proving] : [])]
    : []
  return meanings.map(({ name, offered, absent }) => ({
    severity: 'info',
    message: capabilities.includes(name)
      ? `${place} offers ${name}: ${offered}`
      : `${place} does not offer ${name}: ${absent}`,
  }))
}
