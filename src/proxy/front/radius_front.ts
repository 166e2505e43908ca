import { isIP } from 'node:net'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Code, replyMessages } from '../../radius/index.ts'
import type { AccessRequest, Answer } from '../../radius/udp/access_request.ts'
import { type Login, reject, type Verdict } from '../login/login.ts'
import type { AuthEvent, AuthEvents } from './auth_events.ts'

type Decoder = InstanceType<typeof TextDecoder>

export interface RadiusFrontOptions {
  readonly section: string
  readonly ikey: string
  readonly clientIpAttr: string
  /** A label of the Encoding Standard. */
  readonly pwCodec: string
  readonly decide: (login: Login) => Promise<Verdict>
  /** `undefined` where nobody wants them. */
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
    const { peer, username = '' } = request
    const label = `(('${peer.address}', ${peer.port}), ${username}, ${request.identifier})`
    log.info(`Sending request from ${peer.address} to ${section}`)
    const login = loginOf(request, label, decoder, options)
    if (login.kind === 'unreadable') {
      log.warn(`${label}: ${login.problem}`)
      options.events?.write(eventOf(reject(login.problem), undefined, request, options))
      return answerOf(reject(unreadable), label, log)
    }
    log.info(`${label}: login attempt for username '${username}'`)
    const verdict = await options.decide(login)
    options.events?.write(eventOf(verdict, login, request, options))
    return answerOf(verdict, label, log)
  }
}

/** What the user is told where the request itself is unusable; the log says more. */
const unreadable = 'The sign-in request could not be read.'
/** UTF-16 units; what is longer would not fit into a packet of 4096 octets. */
const longestMessage = 900

type Readable = Login & { readonly kind: 'login' }
type Unreadable = { readonly kind: 'unreadable'; readonly problem: string }

function loginOf(
  request: AccessRequest,
  label: string,
  decoder: Decoder,
  { clientIpAttr }: RadiusFrontOptions,
): Readable | Unreadable {
  const { password, username } = request
  if (username === undefined || username === '') return problem('the request has no User-Name')
  if (password === undefined) {
    return problem(
      `Missing or improperly formatted password (${request.passwordProblem ?? 'absent'}); ` +
        'set the appliance to PAP',
    )
  }
  const word = decoded(password, decoder)
  if (word === undefined) {
    return problem(
      "Cannot decode password; the appliance's shared secret probably differs from radius_secret",
    )
  }
  const address = request.named(clientIpAttr)?.trim()
  const ipaddr = address !== undefined && isIP(address) !== 0 ? address : undefined
  return { kind: 'login', label, username, word, ipaddr }
}

function problem(problem: string): Unreadable {
  return { kind: 'unreadable', problem }
}

/** A password that was hidden with another secret comes out as noise. */
function decoded(password: Uint8Array, decoder: Decoder): string | undefined {
  try {
    const text = decoder.decode(password)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nobody types them
    return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function eventOf(
  verdict: Verdict,
  login: Login | undefined,
  request: AccessRequest,
  { clock, section, ikey }: RadiusFrontOptions,
): AuthEvent {
  return {
    timestamp: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    username: request.username ?? '',
    auth_stage: login === undefined ? 'Unknown' : 'Secondary authentication',
    status: verdict.kind === 'accept' ? 'Allow' : 'Reject',
    msg: verdict.message,
    client_ip: login?.ipaddr ?? null,
    server_section: section,
    server_section_ikey: ikey,
    client_section: null,
    factor: verdict.factor ?? null,
    nas_ip: request.peer.address,
  }
}

function answerOf(verdict: Verdict, label: string, log: Log): Answer {
  const [code, name] =
    verdict.kind === 'accept'
      ? ([Code.AccessAccept, 'AccessAccept'] as const)
      : ([Code.AccessReject, 'AccessReject'] as const)
  const shown = verdict.userMessage ?? verdict.message
  log.info(`${label}: Returning response code ${code}: ${name}`)
  return { code, attributes: replyMessages(shown.slice(0, longestMessage)) }
}
