import { isIP } from 'node:net'
import type { Log } from '../../host/log.ts'
import { type PasswordProblem, Type } from '../../radius/index.ts'
import type { AccessRequest } from '../../radius/udp/access_request.ts'
import { previousSecretKey, secretKey } from '../../radius/udp/drop_log.ts'
import type { Credential, Login } from '../login/login.ts'
import { type Decider, nothingTyped } from '../login/verdict.ts'
import type { RadiusServerSection } from '../sections/proxy_config.ts'
import { readPasswordText } from './password_text.ts'
import type { UserName } from './user_name.ts'

export type ReadLogin = { readonly kind: 'login'; readonly login: Login } | UnreadableLogin

interface UnreadableLogin {
  readonly kind: 'unreadable'
  /** For the log. */
  readonly problem: string
  readonly userMessage: string
  /** The password is random octets, as under a wrong secret. */
  readonly isGarbled?: boolean
}

/** Reads the login of an Access-Request, as a server section is configured. */
export function createLoginReader(
  { pwCodec, clientIpAttr }: RadiusServerSection,
  { sendsChallenges, takesResponses }: Decider,
  log: Log,
): (request: AccessRequest, user: UserName, label: string) => ReadLogin {
  const decoder = new TextDecoder(pwCodec, { fatal: true })
  return (request, user, label) => {
    if (user.kind === 'unusable') return unreadable(user.problem)
    const state = request.value(Type.State)
    const problem = findConversationProblem(request, state, sendsChallenges)
    if (problem !== undefined) return unreadable(problem)
    const credential = readCredential(request, label)
    if (credential.kind === 'unreadable') return credential
    const address = request.named(clientIpAttr)?.trim()
    return {
      kind: 'login',
      login: {
        label,
        request: {
          source: request.peer.address,
          identifier: request.identifier,
          authenticator: request.authenticator,
        },
        username: user.username,
        credential,
        state,
        clientAddress: address !== undefined && isIP(address) !== 0 ? address : undefined,
      },
    }
  }

  function readCredential(request: AccessRequest, label: string): Credential | UnreadableLogin {
    const { password, passwordProblem = 'absent' } = request
    if (password === undefined) {
      const proof = takesResponses ? request.challengeResponse : undefined
      return proof === undefined
        ? toPasswordProblem(passwordProblem)
        : { kind: 'challenge_response', proof }
    }
    const typed = readPasswordText(password, decoder, {
      proven: request.signed,
      key: secretKeys(request.client),
    })
    if (typed.kind === 'unreadable') return { ...unreadable(typed.problem), isGarbled: true }
    if (typed.text === '') log.warn(`${label}: ${passwordAdvice.empty}`)
    return { kind: 'pap', text: typed.text }
  }
}

/** The keys of the secrets that a client may use. */
function secretKeys({ name, previousSecret }: AccessRequest['client']): string {
  const key = secretKey(name)
  return previousSecret === undefined ? key : `${key} and ${previousSecretKey(name)}`
}

const cannotRead = 'The sign-in request could not be read.'

/** What is wrong and what to do, for each reason why a request has no readable password. */
const passwordAdvice: Readonly<Record<PasswordProblem, string>> = {
  absent: 'the password is empty; the user typed nothing, or the appliance sends no User-Password',
  empty: 'the password is empty; the user typed nothing, or the appliance did not ask for it',
  chap: 'the appliance uses CHAP, which hides what was typed; set it to PAP',
  mschap: 'the appliance uses MS-CHAP, which hides what was typed; set it to PAP',
  arap: 'the appliance uses ARAP, which hides what was typed; set it to PAP',
  eap: 'the appliance uses EAP, which the proxy does not support; set it to PAP',
  lm: 'the appliance sent an LM response (MS-CHAP-Response with Flags 0), which can be decrypted; set it to MS-CHAPv2, or to PAP',
  password_change:
    'the appliance asks to change the password by MS-CHAP, and the proxy changes no passwords; ask the user to sign in without changing it',
  malformed:
    'User-Password is not 16 to 128 octets in whole blocks of 16, CHAP-Password not 17 octets (RFC 2865 §5), or an MS-CHAP response or its challenge has a wrong length or is missing (RFC 2548 §2); the appliance or another RADIUS proxy corrupts it',
  ambiguous:
    'the request has credentials of two kinds, or one kind twice (RFC 2865 §5.44); set the appliance to one protocol only, best PAP',
}

function toPasswordProblem(problem: PasswordProblem): UnreadableLogin {
  const isEmpty = problem === 'absent' || problem === 'empty'
  return unreadable(
    `Missing or improperly formatted password (${isEmpty ? 'empty' : problem}): ${passwordAdvice[problem]}`,
    isEmpty ? nothingTyped : cannotRead,
  )
}

/** Service-Type Authorize-Only (RFC 5176 §3.2). */
const authorizeOnly = 17

/** A request that claims to continue a conversation that was never begun (RFC 5080 §2.1.1). */
function findConversationProblem(
  request: AccessRequest,
  state: Uint8Array | undefined,
  sendsChallenges: boolean,
): string | undefined {
  if (state !== undefined) {
    return sendsChallenges
      ? undefined
      : 'the request has a State that this proxy did not issue; the appliance must send the first request without one'
  }
  return request.values(Type.ServiceType).some(isAuthorizeOnly)
    ? 'the request asks to authorize without authentication (Service-Type Authorize-Only) and has no State'
    : undefined
}

function isAuthorizeOnly(value: Uint8Array): boolean {
  return value.length === 4 && Buffer.from(value).readUInt32BE() === authorizeOnly
}

function unreadable(problem: string, userMessage = cannotRead): UnreadableLogin {
  return { kind: 'unreadable', problem, userMessage }
}
