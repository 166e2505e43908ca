import { AuthApiFailure, failures, statusMessage } from '../../../../duo/index.ts'
import type { PortalLinks } from '../../../people/enrolment/portal_links.ts'
import type { Auth } from '../../../sign_in/auth.ts'
import type { AuthStatus } from '../../../sign_in/auth_status.ts'
import type { Preauth } from '../../../sign_in/preauth.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { enrollPortalText } from '../auth_v2/enroll_portal.ts'
import type { CallParameters } from '../auth_v2/parameters.ts'
import { type CanDecide, requireDecisions } from '../auth_v2/service_endpoints.ts'
import { readUserFactor, readUserRequest } from './parameters.ts'

/** A call of the API that answers signed requests. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** Without suffix. */
  readonly path: string
  /** Whether it is also answered while the application has too many calls in work. */
  readonly isUrgent?: boolean
  answer(request: AdmittedCall, parameters: CallParameters): Promise<unknown>
}

/**
 * The signed calls (duo.com/docs/authapi-v1); `ping` is not signed.
 *
 * @param logo The PNG as of now, if the organisation has one.
 */
export function buildRestV1Endpoints(
  preauth: Preauth,
  auth: Auth,
  authStatus: AuthStatus,
  portalLinks: PortalLinks,
  canDecide: CanDecide,
  logo: () => Uint8Array | undefined,
): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/rest/v1/check',
      isUrgent: true,
      answer: async () => {
        await requireDecisions(canDecide)
        return 'valid'
      },
    },
    {
      method: 'GET',
      path: '/rest/v1/logo',
      answer: async () => {
        const png = logo()
        if (png === undefined) throw new AuthApiFailure(failures.notFound)
        return png
      },
    },
    {
      method: 'POST',
      path: '/rest/v1/preauth',
      answer: (request, parameters) => answerPreauth(request, parameters, preauth, portalLinks),
    },
    {
      method: 'POST',
      path: '/rest/v1/auth',
      answer: (request, parameters) => answerAuth(request, parameters, auth, authStatus),
    },
    {
      method: 'GET',
      path: '/rest/v1/status',
      answer: (request, parameters) => answerStatus(request, parameters, authStatus),
    },
  ]
}

/** The end of a sign-in: clients let the user in if `result` is `allow`, and show `status`. */
interface EndedSignIn {
  readonly result: 'allow' | 'deny'
  readonly status: string
}

async function answerPreauth(
  request: AdmittedCall,
  parameters: CallParameters,
  preauth: Preauth,
  portalLinks: PortalLinks,
): Promise<unknown> {
  const authRequest = readUserRequest(request, parameters)
  const answer = await preauth.decide(authRequest)
  switch (answer.result) {
    case 'auth': {
      const { text, factors } = answer.prompt
      return { result: answer.result, prompt: text, factors }
    }
    case 'enroll': {
      const portal = await portalLinks.atLogin(authRequest.user, authRequest.integration)
      return { result: answer.result, status: enrollPortalText(portal) }
    }
    case 'no such user':
      return refused(statusMessage.unknownUserDenied)
    default:
      return { result: answer.result, status: answer.status_msg }
  }
}

async function answerAuth(
  request: AdmittedCall,
  parameters: CallParameters,
  auth: Auth,
  authStatus: AuthStatus,
): Promise<unknown> {
  const authRequest = readUserRequest(request, parameters)
  const async = parameters.yes('async')
  const answer = await auth.begin(authRequest, readUserFactor(parameters), { async })
  switch (answer.kind) {
    case 'no such user':
      return refused(statusMessage.unknownUserDenied)
    case 'no capable device':
    case 'not enrolled':
    case 'settled':
      return async ? { txid: answer.txid } : ended(answer.outcome)
    case 'waiting':
      return async
        ? { txid: answer.txid }
        : ended(await authStatus.awaitOutcome(answer.txid, request.caller))
  }
}

/** A waiting sign-in has no `result`; an unknown one is denied. */
async function answerStatus(
  { integration, caller }: AdmittedCall,
  parameters: CallParameters,
  authStatus: AuthStatus,
): Promise<unknown> {
  const txid = parameters.required('txid').toLowerCase()
  const polled = await authStatus.poll(txid, integration.ikey, caller)
  if (polled === undefined) return refused(statusMessage.timedOut)
  const { result, status_msg } = polled
  return result === 'waiting' ? { status: status_msg } : { result, status: status_msg }
}

function ended(outcome: {
  readonly result: 'allow' | 'deny'
  readonly status_msg: string
}): EndedSignIn {
  return { result: outcome.result, status: outcome.status_msg }
}

function refused(status: string): EndedSignIn {
  return { result: 'deny', status }
}
