import { AuthApiFailure, failures, statusMessage } from '../../../../duo/index.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { type AuthApiParts, requireDecisions } from '../auth_v2/endpoints.ts'
import { enrollPortalText } from '../auth_v2/enroll_portal.ts'
import type { CallParameters } from '../auth_v2/parameters.ts'
import { readUserAsking, readUserFactor } from './parameters.ts'

export type RestV1Parts = Pick<
  AuthApiParts,
  'authentication' | 'portalLinks' | 'logo' | 'canDecide'
>

/** One of the calls: what it answers to a request that an application has signed. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** Without its suffix. */
  readonly path: string
  answer(request: AdmittedCall, parameters: CallParameters, parts: RestV1Parts): Promise<unknown>
}

/** The calls that are signed (duo.com/docs/authapi-v1); `ping` is not. */
export const endpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/rest/v1/check', answer: check },
  { method: 'GET', path: '/rest/v1/logo', answer: logo },
  { method: 'POST', path: '/rest/v1/preauth', answer: preauth },
  { method: 'POST', path: '/rest/v1/auth', answer: auth },
  { method: 'GET', path: '/rest/v1/status', answer: status },
]

/** The end of a sign-in: clients let the user in if `result` is `allow`, and show `status`. */
interface Ended {
  readonly result: 'allow' | 'deny'
  readonly status: string
}

async function check(
  _request: AdmittedCall,
  _parameters: CallParameters,
  { canDecide }: RestV1Parts,
): Promise<string> {
  await requireDecisions(canDecide)
  return 'valid'
}

async function logo(
  _request: AdmittedCall,
  _parameters: CallParameters,
  parts: RestV1Parts,
): Promise<Uint8Array> {
  if (parts.logo === undefined) throw new AuthApiFailure(failures.notFound)
  return parts.logo
}

async function preauth(
  request: AdmittedCall,
  parameters: CallParameters,
  { authentication, portalLinks }: RestV1Parts,
): Promise<unknown> {
  const asking = readUserAsking(request, parameters)
  const answer = await authentication.preauth(asking)
  switch (answer.result) {
    case 'auth': {
      const { text, factors } = answer.prompt
      return { result: answer.result, prompt: text, factors }
    }
    case 'enroll': {
      const portal = await portalLinks.atLogin(asking.named, asking.integration)
      return { result: answer.result, status: enrollPortalText(portal) }
    }
    case 'no such user':
      return refused(statusMessage.unknownUserDenied)
    default:
      return { result: answer.result, status: answer.status_msg }
  }
}

async function auth(
  request: AdmittedCall,
  parameters: CallParameters,
  { authentication }: RestV1Parts,
): Promise<unknown> {
  const asking = readUserAsking(request, parameters)
  const async = parameters.yes('async')
  const answer = await authentication.auth(asking, readUserFactor(parameters), { async })
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
        : ended(await authentication.awaitOutcome(answer.txid, request.caller))
  }
}

/** A waiting sign-in has no `result`; an unknown one is denied. */
async function status(
  { integration, caller }: AdmittedCall,
  parameters: CallParameters,
  { authentication }: RestV1Parts,
): Promise<unknown> {
  const txid = parameters.required('txid').toLowerCase()
  const standing = await authentication.status(txid, integration.ikey, caller)
  if (standing === undefined) return refused(statusMessage.timedOut)
  const { result, status_msg } = standing
  return result === 'waiting' ? { status: status_msg } : { result, status: status_msg }
}

function ended(outcome: { readonly result: 'allow' | 'deny'; readonly status_msg: string }): Ended {
  return { result: outcome.result, status: outcome.status_msg }
}

function refused(status: string): Ended {
  return { result: 'deny', status }
}
