import type { FastifyRequest } from 'fastify'
import { AuthApiFailure } from '../../../../duo/index.ts'
import type { Integration, IntegrationType } from '../../../applications/integrations.ts'
import type { Gates } from '../../gate/gates.ts'
import type { AdmitOptions, SignedRequest } from '../../gate/signed_request.ts'

export interface AskerGates extends Gates, Pick<AdmitOptions, 'allowSignatureV1' | 'nestedJson'> {}

/** Types of applications that may request second factors. */
const askers: readonly IntegrationType[] = ['authapi', 'radius', 'unix']

/** Whether an application may ask for second factors. */
export function isAsker({ type }: Pick<Integration, 'type'>): boolean {
  return askers.includes(type)
}

/**
 * Authenticates the application, and counts its request.
 *
 * @throws {AuthApiFailure} 401xx and 40301, and 42901 above the rate limit.
 */
export async function admitAsker(
  request: FastifyRequest,
  { signedRequests, limit, markAuthentic, allowSignatureV1, nestedJson = false }: AskerGates,
): Promise<SignedRequest> {
  // forged requests must not block authentic ones from the same address, as behind one NAT
  const signed = await limit.authenticate(
    request,
    (lookUp) =>
      signedRequests.admit(request, { types: askers, allowSignatureV1, nestedJson, lookUp }),
    (error) => error instanceof AuthApiFailure,
  )
  markAuthentic(request, 'application')
  limit.countGenuine(signed.integration.ikey)
  return signed
}
