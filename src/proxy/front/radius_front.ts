import { randomBytes } from 'node:crypto'
import type { Log } from '../../host/log.ts'
import {
  type Attribute,
  Code,
  failureAttributes,
  replyMessages,
  successAttributes,
  Type,
} from '../../radius/index.ts'
import type { AccessRequest, Answer } from '../../radius/udp/access_request.ts'
import type { Login } from '../login/login.ts'
import { type Decider, reject, type Verdict } from '../login/verdict.ts'
import type { RadiusServerSection } from '../sections/proxy_config.ts'
import { buildAuthEvent } from './auth_events.ts'
import { isEnableProbe } from './enable_probe.ts'
import type { DecidedLogin, ListenerHost } from './listener.ts'
import { createLoginReader, type ReadLogin } from './radius_login.ts'
import { sectionLog } from './section_log.ts'
import { readUserName } from './user_name.ts'

/** Turns Access-Requests into logins, and verdicts into answers and events. */
export function createRadiusFront(
  section: RadiusServerSection,
  decider: Decider,
  { events, clock, decided, log: programLog }: ListenerHost,
): (request: AccessRequest) => Promise<Answer> {
  const log = sectionLog(section, programLog)
  const readLogin = createLoginReader(section, decider, log)
  return async (request) => {
    const { peer } = request
    const began = performance.now()
    const user = readUserName(request.values(Type.UserName))
    const shown = user.kind === 'name' ? user.username : user.printable
    const label = `(('${peer.address}', ${peer.port}), ${shown}, ${request.identifier})`
    log.debug(`Sending request from ${peer.address} to ${section.name}`)
    const login = readLogin(request, user, label)
    const password = describePassword(login)
    const isProbe = user.kind === 'name' && isEnableProbe(user.username)
    const answer = (verdict: Verdict, login: Login | undefined): Answer => {
      const about = { verdict, login, username: shown, nasAddress: peer.address }
      if (!isProbe) events?.write(buildAuthEvent(about, section, clock))
      const elapsedMs = performance.now() - began
      decided(section.name, { request, verdict, elapsedMs, isProbe, password })
      const { code, name } = codes[verdict.kind]
      const attempt = isProbe ? probeAttempt : `login attempt for username '${shown}'`
      const decision = verdict.answer ?? verdict.message
      log.info(`${label}: ${attempt}: ${decision}: Returning response code ${code}: ${name}`)
      return buildAnswer(verdict, login, label, log)
    }
    if (login.kind === 'unreadable') {
      const { problem, userMessage } = login
      log.warn(`${label}: ${problem}`)
      return answer({ ...reject(problem), userMessage }, undefined)
    }
    if (isProbe) return answer(reject(probeAnswer), login.login)
    log.debug(`${label}: login attempt for username '${shown}'`)
    return answer(await decider.decide(login.login), login.login)
  }
}

/** A fixed answer: the probe must be answered at once, and must not reach lockouts, limits or alerts. */
const probeAnswer = 'Unknown user'
const probeAttempt = 'probe=aws-enable: AWS Directory Service checks that this proxy answers'

function describePassword(login: ReadLogin): DecidedLogin['password'] {
  if (login.kind === 'unreadable') return login.isGarbled === true ? 'garbled' : undefined
  return login.login.credential.kind === 'pap' ? 'readable' : undefined
}

const codes = {
  accept: { code: Code.AccessAccept, name: 'AccessAccept' },
  reject: { code: Code.AccessReject, name: 'AccessReject' },
  challenge: { code: Code.AccessChallenge, name: 'AccessChallenge' },
} as const

/** In UTF-16 units; a longer text would not fit into a packet of 4096 octets. */
const maxMessageLength = 900

function buildAnswer(verdict: Verdict, login: Login | undefined, label: string, log: Log): Answer {
  const { code } = codes[verdict.kind]
  const message = verdict.userMessage ?? verdict.message
  const attributes = [
    ...protocolAttributes(verdict, login, label, log),
    ...replyMessages(message.slice(0, maxMessageLength)),
  ]
  return verdict.kind === 'challenge'
    ? { code, attributes: [{ type: Type.State, value: verdict.state }, ...attributes] }
    : { code, attributes }
}

/** What CHAP and MS-CHAP add to a reply. */
function protocolAttributes(
  verdict: Verdict,
  login: Login | undefined,
  label: string,
  log: Log,
): Attribute[] {
  if (login?.credential.kind !== 'challenge_response') return []
  const { proof } = login.credential
  if (verdict.kind !== 'accept')
    return failureAttributes(proof, randomBytes(proof.challenge.length))
  if (proof.protocol === 'MS-CHAPv2' && verdict.serverProof === undefined) {
    log.warn(
      `${label}: Access-Accept without MS-CHAP2-Success, because it is unknown what the user typed; a client that requires it refuses the login`,
    )
  }
  return successAttributes(proof, verdict.serverProof)
}
