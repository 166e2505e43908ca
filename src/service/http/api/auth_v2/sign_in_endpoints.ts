import { AuthApiFailure, failureDetail, failures } from '../../../../duo/index.ts'
import type { PortalLinks } from '../../../people/enrolment/portal_links.ts'
import type { Authentication } from '../../../sign_in/authentication.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { type Endpoint, seconds } from './endpoint.ts'
import { enrollPortalText } from './enroll_portal.ts'
import { type CallParameters, readAsking, readFactor } from './parameters.ts'
import { authSchema, preauthSchema } from './response_schema.ts'

/** `preauth`, `auth` and `auth_status` (duo.com/docs/authapi). */
export function buildSignInEndpoints(
  authentication: Authentication,
  portalLinks: PortalLinks,
): Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/auth/v2/preauth',
      schema: preauthSchema,
      answer: (request, parameters) => preauth(request, parameters, authentication, portalLinks),
    },
    {
      method: 'POST',
      path: '/auth/v2/auth',
      schema: authSchema,
      answer: (request, parameters) => auth(request, parameters, authentication, portalLinks),
    },
    {
      method: 'GET',
      path: '/auth/v2/auth_status',
      answer: (request, parameters) => authStatus(request, parameters, authentication),
    },
  ]
}

async function preauth(
  request: AdmittedCall,
  parameters: CallParameters,
  authentication: Authentication,
  portalLinks: PortalLinks,
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
  authentication: Authentication,
  portalLinks: PortalLinks,
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
  authentication: Authentication,
): Promise<unknown> {
  const txid = parameters.required('txid')
  const standing = await authentication.status(txid.toLowerCase(), integration.ikey, caller)
  if (standing === undefined) throw new AuthApiFailure(failures.invalidParameters, 'txid')
  return { auth_delayed: false, ...standing }
}
