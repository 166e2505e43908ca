import { isIP } from 'node:net'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import {
  type Attribute,
  Code,
  type PasswordProblem,
  replyMessages,
  Type,
} from '../../radius/index.ts'
import type { AccessRequest, Answer } from '../../radius/udp/access_request.ts'
import { secretKey } from '../../radius/udp/drop_log.ts'
import { type Login, reject, type Verdict } from '../login/login.ts'
import type { AuthEvent, AuthEvents } from './auth_events.ts'
import { readPasswordText } from './password_text.ts'
import { readUserName, type UserName } from './user_name.ts'

type Decoder = InstanceType<typeof TextDecoder>

export interface RadiusFrontOptions {
  readonly section: string
  readonly ikey: string
  readonly clientIpAttr: string
  /** A label of the Encoding Standard. */
  readonly pwCodec: string
  readonly decide: (login: Login) => Promise<Verdict>
  /** `undefined` if events are not logged. */
  readonly events: AuthEvents | undefined
  readonly log: Log
  readonly clock: Clock
}

/** Turns an Access-Request into a sign-in, and the verdict on it into the answer. */
export function radiusFront(
  options: RadiusFrontOptions,
): (request: AccessRequest) => Promise<Answer> {
  const decoder = new TextDecoder(options.pwCodec, { fatal: true })
  const { log, section } = options
  return async (request) => {
    const { peer } = request
    const user = readUserName(
      request.attributes.flatMap(({ type, value }) => (type === Type.UserName ? [value] : [])),
    )
    const shown = user.kind === 'name' ? user.username : user.printable
    const label = `(('${peer.address}', ${peer.port}), ${shown}, ${request.identifier})`
    log.info(`Sending request from ${peer.address} to ${section}`)
    const login = toLogin(request, user, label, decoder, options)
    if (login.kind === 'unreadable') {
      const { problem, userMessage } = login
      log.warn(`${label}: ${problem}`)
      const verdict = { ...reject(problem), userMessage }
      options.events?.write(buildEvent(verdict, undefined, shown, request, options))
      return buildAnswer(verdict, label, log)
    }
    log.info(`${label}: login attempt for username '${shown}'`)
    const verdict = await options.decide(login)
    options.events?.write(buildEvent(verdict, login, shown, request, options))
    return buildAnswer(verdict, label, log)
  }
}

/** What the user sees when the request itself is unusable; the log says more. */
const unusable = 'The sign-in request could not be read.'
const nothingTyped = 'Type a passcode, push, phone or sms.'
/** UTF-16 units; a longer text would not fit into a packet of 4096 octets. */
const maxMessageLength = 900

type Readable = Login & { readonly kind: 'login' }
interface Unreadable {
  readonly kind: 'unreadable'
  /** For the log. */
  readonly problem: string
  readonly userMessage: string
}

function toLogin(
  request: AccessRequest,
  user: UserName,
  label: string,
  decoder: Decoder,
  { clientIpAttr, log }: RadiusFrontOptions,
): Readable | Unreadable {
  if (user.kind === 'unusable') return unreadable(user.problem)
  const { username } = user
  const unsolicited = unsolicitedProblem(request)
  if (unsolicited !== undefined) return unreadable(unsolicited)
  const { password, passwordProblem = 'absent' } = request
  if (password === undefined) {
    const problem = `Missing or improperly formatted password (${isNothing(passwordProblem) ? 'empty' : passwordProblem}): ${passwordAdvice[passwordProblem]}`
    return unreadable(problem, isNothing(passwordProblem) ? nothingTyped : unusable)
  }
  const word = readPasswordText(password, decoder, {
    proven: request.signed,
    key: secretKey(request.client.name),
  })
  if (word.kind === 'unreadable') return unreadable(word.problem)
  if (word.text === '') log.warn(`${label}: ${passwordAdvice.empty}`)
  const address = request.named(clientIpAttr)?.trim()
  const ipaddr = address !== undefined && isIP(address) !== 0 ? address : undefined
  return { kind: 'login', label, username, word: word.text, ipaddr }
}

/** What is wrong, and what to do, for each reason why there is no password to read. */
const passwordAdvice: Readonly<Record<PasswordProblem, string>> = {
  absent:
    'the password is empty; the user typed nothing, or the appliance sends no User-Password at all',
  empty: 'the password is empty; the user typed nothing, or the appliance did not ask for it',
  chap: 'the appliance uses CHAP, which hides what was typed; set it to PAP',
  mschap: 'the appliance uses MS-CHAP, which hides what was typed; set it to PAP',
  arap: 'the appliance uses ARAP, which hides what was typed; set it to PAP',
  eap: 'the appliance uses EAP, which is not served here; set it to PAP',
  malformed:
    'User-Password is not 16 to 128 octets in whole blocks of 16, or CHAP-Password not 17 octets (RFC 2865 §5); the appliance or a proxy on the way garbles it',
  ambiguous:
    'the request has credentials of two kinds, or one kind twice (RFC 2865 §5.44); set the appliance to PAP alone',
}

function isNothing(problem: PasswordProblem): boolean {
  return problem === 'absent' || problem === 'empty'
}

/** Service-Type Authorize-Only (RFC 5176 §3.2). */
const authorizeOnly = 17

/** A first request that pretends to continue a conversation (RFC 5080 §2.1.1). */
function unsolicitedProblem(request: AccessRequest): string | undefined {
  if (request.value(Type.State) !== undefined) {
    return 'the request has a State that this proxy did not issue; the appliance must begin without one'
  }
  return request.attributes.some(isAuthorizeOnly)
    ? 'the request asks to authorize without authentication (Service-Type Authorize-Only) and has no State'
    : undefined
}

function isAuthorizeOnly({ type, value }: Attribute): boolean {
  return (
    type === Type.ServiceType &&
    value.length === 4 &&
    Buffer.from(value).readUInt32BE() === authorizeOnly
  )
}

function unreadable(problem: string, userMessage = unusable): Unreadable {
  return { kind: 'unreadable', problem, userMessage }
}

function buildEvent(
  verdict: Verdict,
  login: Login | undefined,
  username: string,
  request: AccessRequest,
  { clock, section, ikey }: RadiusFrontOptions,
): AuthEvent {
  return {
    timestamp: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    username,
    auth_stage: login === undefined ? 'Unknown' : 'Secondary authentication',
    status: verdict.kind === 'accept' ? 'Allow' : 'Reject',
    msg: verdict.message,
    client_ip: login?.ipaddr ?? null,
    server_section: section,
    server_section_ikey: ikey,
    client_section: null,
    factor: verdict.factor ?? null,
    nas_ip: request.peer.address,
    grounds: verdict.kind === 'accept' ? verdict.grounds : null,
    evidence: verdict.evidence ?? null,
  }
}

function buildAnswer(verdict: Verdict, label: string, log: Log): Answer {
  const [code, name] =
    verdict.kind === 'accept'
      ? ([Code.AccessAccept, 'AccessAccept'] as const)
      : ([Code.AccessReject, 'AccessReject'] as const)
  const shown = verdict.userMessage ?? verdict.message
  log.info(`${label}: Returning response code ${code}: ${name}`)
  return { code, attributes: replyMessages(shown.slice(0, maxMessageLength)) }
}
