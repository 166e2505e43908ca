import { isIP } from 'node:net'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Code, replyMessages } from '../../radius/index.ts'
import type { AccessRequest, Answer } from '../../radius/udp/access_request.ts'
import { type Login, reject, type Verdict } from '../login/login.ts'
import type { AuthEvents } from './auth_events.ts'

type Decoder = InstanceType<typeof TextDecoder>

export interface RadiusFrontOptions {
  readonly section: string
  readonly ikey: string
  readonly clientIpAttr: string
  /** A label of the Encoding Standard. */
  readonly pwCodec: string
  readonly decide: (login: Login) => Promise<Verdict>
  readonly events: AuthEvents
  readonly log: Log
  readonly clock: Clock
}

/** Turns an Access-Request into a sign-in, and the verdict on it into the answer. */
export function radiusFront(
  options: RadiusFrontOptions,
): (request: AccessRequest) => Promise<Answer> {
  const decoder = new TextDecoder(options.pwCodec, { fatal: true })
  return async (request) => {
    const { log, section } = options
    const label = `(('${request.peer.address}', ${request.peer.port}), ${request.username ?? '-'}, ${request.identifier})`
    log.info(`Sending request from ${request.peer.address} to ${section}`)
    const login = loginOf(request, label, decoder, options)
    if (login.kind === 'reject') {
      log.warn(`${label}: ${login.message}`)
      return answerOf(reject(refusal), label, log)
    }
    log.info(`${label}: login attempt for username '${login.username}'`)
    const verdict = await options.decide(login)
    options.events.write({
      timestamp: new Date(options.clock.now()).toISOString(),
      username: login.username,
      auth_stage: 'Secondary authentication',
      status: verdict.kind === 'accept' ? 'Allow' : 'Reject',
      msg: verdict.message,
      client_ip: login.ipaddr ?? null,
      server_section: section,
      server_section_ikey: options.ikey,
      client_section: null,
      factor: verdict.factor ?? null,
      nas_ip: request.peer.address,
    })
    return answerOf(verdict, label, log)
  }
}

/** What the user is told where the request itself is unusable; the log says more. */
const refusal = 'The sign-in request could not be read.'

function loginOf(
  request: AccessRequest,
  label: string,
  decoder: Decoder,
  { clientIpAttr }: RadiusFrontOptions,
): (Login & { readonly kind: 'login' }) | { readonly kind: 'reject'; readonly message: string } {
  const { password, username } = request
  if (username === undefined || username === '') {
    return { kind: 'reject', message: 'the request has no User-Name' }
  }
  if (password === undefined) {
    return {
      kind: 'reject',
      message: `Missing or improperly formatted password (${request.passwordProblem ?? 'absent'}); set the appliance to PAP`,
    }
  }
  const word = decoded(password, decoder)
  if (word === undefined) {
    return {
      kind: 'reject',
      message:
        'Cannot decode password; the shared secret of the appliance probably differs from radius_secret',
    }
  }
  const address = request.named(clientIpAttr)?.trim()
  const ipaddr = address !== undefined && isIP(address) !== 0 ? address : undefined
  return { kind: 'login', label, username, word, ipaddr }
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

function answerOf(verdict: Verdict, label: string, log: Log): Answer {
  const code = verdict.kind === 'accept' ? Code.AccessAccept : Code.AccessReject
  log.info(
    `${label}: Returning response code ${code}: ${verdict.kind === 'accept' ? 'AccessAccept' : 'AccessReject'}`,
  )
  return { code, attributes: replyMessages(verdict.message) }
}
