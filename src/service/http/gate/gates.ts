import type { FastifyRequest } from 'fastify'
import type { RequestLimit } from './request_limit.ts'
import type { SignedRequestGate } from './signed_request.ts'

/** The gates of one listener. */
export interface Gates {
  readonly signedRequests: SignedRequestGate
  readonly limit: RequestLimit
  /** Marks the connection of an authentic request; unmarked connections are closed before it. */
  readonly markAuthentic: (request: FastifyRequest, signer: 'application' | 'phone') => void
}
