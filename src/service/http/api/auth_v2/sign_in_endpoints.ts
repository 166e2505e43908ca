import { type AuthAnswer, AuthApiFailure, failureDetail, failures } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import type { ProofProtocols } from '../../../applications/proof_protocols.ts'
import type { PortalLinks } from '../../../people/enrolment/portal_links.ts'
import type { Auth, AuthOutcome, Proven } from '../../../sign_in/auth.ts'
import type { AuthStatus } from '../../../sign_in/auth_status.ts'
import type { Preauth } from '../../../sign_in/preauth.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { type Endpoint, seconds } from './endpoint.ts'
import { enrollPortalText } from './enroll_portal.ts'
import { begunAt, type CallParameters, readAuthRequest, readFactor } from './parameters.ts'
import { authSchema, preauthSchema } from './response_schema.ts'
import { readTypedProof } from './typed_proof.ts'

/** What the calls of a sign-in use. */
export interface SignInCalls {
  readonly preauth: Preauth
  readonly auth: Auth
  readonly authStatus: AuthStatus
  readonly portalLinks: PortalLinks
  readonly proofProtocols: ProofProtocols
  readonly clock: Clock
}

/** `preauth`, `auth` and `auth_status` (duo.com/docs/authapi). */
export function buildSignInEndpoints(calls: SignInCalls): Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/auth/v2/preauth',
      schema: preauthSchema,
      answer: (request, parameters) => answerPreauth(request, parameters, calls),
    },
    {
      method: 'POST',
      path: '/auth/v2/auth',
      schema: authSchema,
      answer: (request, parameters) => answerAuth(request, parameters, calls),
    },
    {
      method: 'POST',
      path: '/auth/v2/auth_response',
      schema: authSchema,
      answer: (request, parameters) => answerAuthResponse(request, parameters, calls),
    },
    {
      method: 'GET',
      path: '/auth/v2/auth_status',
      answer: (request, parameters) => answerStatus(request, parameters, calls),
    },
  ]
}

async function answerPreauth(
  request: AdmittedCall,
  parameters: CallParameters,
  { preauth, portalLinks }: SignInCalls,
): Promise<unknown> {
  const authRequest = readAuthRequest(request, parameters)
  const showsCode = parameters.yes('client_supports_verified_push')
  const answer = await preauth.decide(authRequest, { showsCode })
  const withPrompt = parameters.yes('text_prompt')
  switch (answer.result) {
    case 'no such user':
      throw new AuthApiFailure(failures.invalidParameters, 'user_id')
    case 'enroll': {
      const portal = await portalLinks.atLogin(authRequest.user, authRequest.integration)
      const prompt = { text: enrollPortalText(portal) }
      return { ...answer, enroll_portal_url: portal, ...(withPrompt ? { prompt } : {}) }
    }
    case 'auth': {
      const { prompt, verification, ...others } = answer
      const codeFields =
        verification === undefined
          ? {}
          : {
              txid: verification.txid,
              verification_code: verification.code,
              expiration: seconds(verification.expires),
            }
      return { ...others, ...codeFields, ...(withPrompt ? { prompt } : {}) }
    }
    default:
      return answer
  }
}

async function answerAuth(
  request: AdmittedCall,
  parameters: CallParameters,
  calls: SignInCalls,
): Promise<unknown> {
  const { auth, authStatus, portalLinks, clock } = calls
  const authRequest = readAuthRequest(request, parameters)
  const async = parameters.yes('async')
  // a client that only polls has no use for a txid whose outcome is known
  const takesTxid = async && !parameters.yes('polled')
  const chosen = readFactor(parameters)
  const answer = await auth.begin(authRequest, chosen, { async: takesTxid })
  const again = () => answerAuth(...begunAt(clock.now(), request), calls)
  switch (answer.kind) {
    case 'no such user':
      throw new AuthApiFailure(failures.invalidParameters, 'user_id')
    case 'no capable device':
      // the user's mistake, not the client's: clients give up after a failure
      if (chosen.factor === 'prompt') return takesTxid ? { txid: answer.txid } : answer.outcome
      throw new AuthApiFailure(failures.invalidParameters, failureDetail.noCapableDevice)
    case 'not enrolled': {
      if (takesTxid || chosen.factor !== 'prompt') {
        return takesTxid ? { txid: answer.txid } : answer.outcome
      }
      // the client skipped preauth, which would have sent the enrolment link
      const portal = await portalLinks.atLogin(authRequest.user, authRequest.integration)
      return { ...answer.outcome, enroll_portal_url: portal }
    }
    case 'settled':
      return takesTxid ? { txid: answer.txid } : answer.outcome
    case 'waiting':
      // not awaited here, so that the request can be freed while the call waits
      return async
        ? { txid: polledTxid(answer) }
        : authStatus.awaitAnswer(answer, again, request.caller)
  }
}

/** `auth` for a client that proves what its user typed (capability `challenge_response`); never async. */
async function answerAuthResponse(
  request: AdmittedCall,
  parameters: CallParameters,
  calls: SignInCalls,
): Promise<unknown> {
  const { auth, authStatus, portalLinks, proofProtocols, clock } = calls
  const authRequest = readAuthRequest(request, parameters)
  const typed = readTypedProof(parameters)
  await proofProtocols.saw(authRequest.integration, typed.proof.protocol)
  const answer = await auth.beginProven(authRequest, typed, { async: false })
  switch (answer.kind) {
    case 'no such user':
      throw new AuthApiFailure(failures.invalidParameters, 'user_id')
    case 'not enrolled': {
      const portal = await portalLinks.atLogin(authRequest.user, authRequest.integration)
      return { ...answer.outcome, enroll_portal_url: portal }
    }
    case 'waiting': {
      const { proven } = answer
      if (parameters.yes('async') && parameters.yes('polled')) {
        const txid = polledTxid(answer)
        return { txid, factor: proven?.factor, authenticator_response: proven?.serverProof }
      }
      const again = async () => ({
        repeated: await answerAuthResponse(...begunAt(clock.now(), request), calls),
      })
      // not awaited here, so that the request can be freed while the call waits
      return authStatus
        .awaitAnswer(answer, again, request.caller)
        .then((end) => ('repeated' in end ? end.repeated : withProof(end, proven)))
    }
    default:
      return withProof(answer.outcome, answer.proven)
  }
}

/** A request that has joined another one's sign-in is polled by its own txid: each has its own outcome. */
function polledTxid({ txid, request }: Extract<AuthOutcome, { readonly kind: 'waiting' }>): string {
  return request === undefined || request.slot === 0 ? txid : request.requestId
}

function withProof(outcome: AuthAnswer, proven: Proven | undefined): AuthAnswer {
  if (proven === undefined) return outcome
  const { factor, serverProof } = proven
  return outcome.result === 'allow' && serverProof !== undefined
    ? { ...outcome, factor, authenticator_response: serverProof }
    : { ...outcome, factor }
}

async function answerStatus(
  { integration, caller }: AdmittedCall,
  parameters: CallParameters,
  { authStatus }: SignInCalls,
): Promise<unknown> {
  const txid = parameters.required('txid')
  const isPolled = parameters.yes('polled')
  const polled = await authStatus.poll(txid.toLowerCase(), integration.ikey, caller, { isPolled })
  if (polled === undefined) throw new AuthApiFailure(failures.invalidParameters, 'txid')
  return { auth_delayed: false, ...polled }
}
