import type { AdmittedCall } from '../../gate/signed_request.ts'
import type { CallParameters } from './parameters.ts'

/** A call of the API that answers signed requests. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** JSON schema of the response. */
  readonly schema?: object
  /** Whether it is also answered while the application has too many calls in work. */
  readonly isUrgent?: boolean
  answer(request: AdmittedCall, parameters: CallParameters): Promise<unknown>
}

/** Times in the API are in seconds. */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
