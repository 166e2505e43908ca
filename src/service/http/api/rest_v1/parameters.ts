import { AuthApiFailure, failures } from '../../../../duo/index.ts'
import type { ChosenFactor } from '../../../sign_in/chosen_factor.ts'
import type { AuthRequest } from '../../../sign_in/subject_reads.ts'
import type { SignedRequest } from '../../gate/signed_request.ts'
import { type CallParameters, readAddress, readShown } from '../auth_v2/parameters.ts'

/**
 * Reads the application and the user of a sign-in. Any name is accepted, and an empty one is an unknown
 * user: if the request fails, old clients give up without applying their `failmode`.
 *
 * @throws {AuthApiFailure} 40001 if `user` is absent.
 */
export function readUserRequest(
  { integration, parameters: sent }: SignedRequest,
  parameters: CallParameters,
): AuthRequest {
  if (!sent.has('user')) throw new AuthApiFailure(failures.missingParameters, 'user')
  return {
    integration,
    user: { username: parameters.text('user') ?? '' },
    ipaddr: readAddress(parameters),
    hostname: parameters.text('hostname') ?? '',
    shown: readShown(parameters),
  }
}

/**
 * Reads the factor. `auto` carries what the user typed or chose: `push2` or a passcode.
 *
 * @throws {AuthApiFailure} 40001, 40002
 */
export function readUserFactor(parameters: CallParameters): ChosenFactor {
  const factor = parameters.required('factor')
  switch (factor) {
    case 'auto':
      return { factor: 'prompt', prompt: parameters.required('auto') }
    case 'passcode':
      return { factor, passcode: parameters.required('code') }
    case 'push':
    case 'phone':
    case 'sms':
      return { factor, device: parseDevice(parameters.text('phone')) }
    default:
      throw new AuthApiFailure(failures.invalidParameters, 'factor')
  }
}

/** Parses `phone2`, the second of the user's phones, or a device identifier. */
function parseDevice(phone = 'auto'): string | number {
  const number = /^phone([1-9]\d?)$/.exec(phone.toLowerCase())?.[1]
  return number === undefined ? phone : Number(number)
}
