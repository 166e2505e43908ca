import { randomBytes } from 'node:crypto'
import {
  AuthApiFailure,
  failureDetail,
  failures,
  oneCall,
  sharedConnections,
} from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import type { Enrollment } from '../../../people/enrolment/enrolment.ts'
import type { PortalLinks } from '../../../people/enrolment/portal_links.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../../people/user.ts'
import type { Authentication } from '../../../sign_in/authentication.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { ActivationLink } from './activation_link.ts'
import { enrollPortalText } from './enroll_portal.ts'
import { type CallParameters, readAsking, readFactor } from './parameters.ts'
import { authSchema, preauthSchema } from './response_schema.ts'

export interface AuthApiParts {
  readonly authentication: Authentication
  readonly enrollment: Enrollment
  readonly portalLinks: PortalLinks
  /** PNG; none where none is set. */
  readonly logo: Uint8Array | undefined
  /** Host name, with its port where that is not 443, under which clients find the service. */
  readonly apiHost: () => string
  /** Whether the database can be read from and written to, asked now. */
  readonly canDecide: () => Promise<boolean>
  readonly clock: Clock
}

/** One of the API's calls: what it answers to a request that an application has signed. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly schema?: object
  answer(request: AdmittedCall, parameters: CallParameters, parts: AuthApiParts): Promise<unknown>
}

const daySecs = 86_400
const maxValidSecs = 365 * daySecs
const maxBypassCodes = 10

/** The calls that are signed (duo.com/docs/authapi); `ping` is not. */
export const endpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/auth/v2/check',
    answer: async (_request, _parameters, { canDecide, clock }) => {
      await requireDecisions(canDecide)
      return { time: seconds(clock.now()), capabilities: [...oneCall, sharedConnections] }
    },
  },
  {
    method: 'GET',
    path: '/auth/v2/logo',
    answer: async (_request, _parameters, { logo }) => {
      if (logo === undefined) throw new AuthApiFailure(failures.notFound)
      return logo
    },
  },
  { method: 'POST', path: '/auth/v2/enroll', answer: enroll },
  { method: 'POST', path: '/auth/v2/enroll_status', answer: enrollStatus },
  { method: 'POST', path: '/auth/v2/preauth', schema: preauthSchema, answer: preauth },
  { method: 'POST', path: '/auth/v2/auth', schema: authSchema, answer: auth },
  { method: 'GET', path: '/auth/v2/auth_status', answer: authStatus },
]

/**
 * `check` fails where no sign-in can be decided: proxies take its success as evidence that the
 * service works.
 *
 * @throws {AuthApiFailure} 50300
 */
export async function requireDecisions(canDecide: () => Promise<boolean>): Promise<void> {
  if (!(await canDecide())) {
    throw new AuthApiFailure(failures.unavailable, 'the database can not be used')
  }
}

async function preauth(
  request: AdmittedCall,
  parameters: CallParameters,
  { authentication, portalLinks }: AuthApiParts,
): Promise<unknown> {
  const asking = readAsking(request, parameters)
  const showsCode = parameters.yes('client_supports_verified_push')
  const answer = await authentication.preauth(asking, { showsCode })
  const withPrompt = parameters.yes('text_prompt')
  switch (answer.result) {
    case 'no such user':
      throw new AuthApiFailure(failures.invalidParameters, 'user_id')
    case 'enroll': {
      const portal = await portalLinks.atLogin(asking.named, asking.integration)
      const prompt = { text: enrollPortalText(portal) }
      return { ...answer, enroll_portal_url: portal, ...(withPrompt ? { prompt } : {}) }
    }
    case 'auth': {
      const { prompt, verification, ...others } = answer
      const told =
        verification === undefined
          ? {}
          : {
              txid: verification.txid,
              verification_code: verification.code,
              expiration: seconds(verification.expires),
            }
      return { ...others, ...told, ...(withPrompt ? { prompt } : {}) }
    }
    default:
      return answer
  }
}

async function auth(
  request: AdmittedCall,
  parameters: CallParameters,
  { authentication, portalLinks }: AuthApiParts,
): Promise<unknown> {
  const asking = readAsking(request, parameters)
  const async = parameters.yes('async')
  const chosen = readFactor(parameters)
  const answer = await authentication.auth(asking, chosen, { async })
  switch (answer.kind) {
    case 'no such user':
      throw new AuthApiFailure(failures.invalidParameters, 'user_id')
    case 'no capable device':
      // the user's mistake, not the client's: clients give up after a failure
      if (chosen.factor === 'prompt') return async ? { txid: answer.txid } : answer.outcome
      throw new AuthApiFailure(failures.invalidParameters, failureDetail.noCapableDevice)
    case 'not enrolled': {
      if (async || chosen.factor !== 'prompt') {
        return async ? { txid: answer.txid } : answer.outcome
      }
      // the client has skipped preauth, which would have sent the enrolment link
      const portal = await portalLinks.atLogin(asking.named, asking.integration)
      return { ...answer.outcome, enroll_portal_url: portal }
    }
    case 'settled':
      return async ? { txid: answer.txid } : answer.outcome
    case 'waiting':
      // not awaited here, so that the request can be freed while the call waits
      return async
        ? { txid: answer.txid }
        : authentication.awaitOutcome(answer.txid, request.caller)
  }
}

async function authStatus(
  { integration, caller }: AdmittedCall,
  parameters: CallParameters,
  { authentication }: AuthApiParts,
): Promise<unknown> {
  const txid = parameters.required('txid')
  const standing = await authentication.status(txid.toLowerCase(), integration.ikey, caller)
  if (standing === undefined) throw new AuthApiFailure(failures.invalidParameters, 'txid')
  return { auth_delayed: false, ...standing }
}

/** Other directory errors are about the username itself. */
const enrollRefusals: Readonly<Partial<Record<DirectoryErrorCode, string>>> = {
  DIRECTORY_NAME_TAKEN: 'username already exists',
  DIRECTORY_LOOK_ALIKE: 'username looks like that of another user',
}

async function enroll(
  { integration }: AdmittedCall,
  parameters: CallParameters,
  { authentication, enrollment, portalLinks, apiHost }: AuthApiParts,
): Promise<unknown> {
  const username = parameters.text('username') ?? randomBytes(16).toString('hex')
  const validSecs = parameters.integer('valid_secs', {
    min: 1,
    max: maxValidSecs,
    otherwise: daySecs,
  })
  const count = parameters.integer('bypass_codes', { min: 0, max: maxBypassCodes, otherwise: 0 })
  const enrolled = await enrollment
    .enroll(username, integration.usernameNormalization, { validSecs, bypassCodes: count })
    .catch(async (error: unknown) => {
      if (!(error instanceof DirectoryError)) throw error
      await authentication.enrolmentRefused({
        integration,
        named: { username },
        ipaddr: parameters.text('ipaddr') ?? '',
        hostname: '',
      })
      throw new AuthApiFailure(failures.invalidParameters, enrollRefusals[error.code] ?? 'username')
    })
  const link = new ActivationLink(enrolled.activationCode, apiHost())
  const { user, expires, bypassCodes } = enrolled
  return {
    activation_barcode: link.barcode,
    activation_code: link.code,
    activation_url: link.url,
    ...(bypassCodes.length === 0 ? {} : { bypass_codes: bypassCodes }),
    // not part of the vendor's API: the portal offers all factors
    enroll_portal_url: await portalLinks.ofEnrolled(user, validSecs),
    expiration: seconds(expires),
    user_id: user.userId,
    username: user.username,
  }
}

async function enrollStatus(
  _request: AdmittedCall,
  parameters: CallParameters,
  { enrollment }: AuthApiParts,
): Promise<unknown> {
  const userId = parameters.required('user_id')
  const code = ActivationLink.codeIn(parameters.required('activation_code'))
  return await enrollment.status(userId, code)
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
