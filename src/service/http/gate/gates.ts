import type { FastifyRequest } from 'fastify'
import type { RequestLimit } from './request_limit.ts'
import type { SignedRequestGate } from './signed_request.ts'

/** The gates of one listener, for the faces that it serves. */
export interface Gates {
  readonly signedRequests: SignedRequestGate
  readonly limit: RequestLimit
  /** Marks the connection of an authentic request, which is then not closed in favour of others. */
  readonly authentic: (request: FastifyRequest, signer: 'application' | 'phone') => void
}
