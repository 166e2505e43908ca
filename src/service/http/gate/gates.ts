import type { FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { RequestLimit } from './request_limit.ts'
import type { Received, SignedRequestGate } from './signed_request.ts'
import type { WorkLimit } from './work_limit.ts'

/** How a call was answered, for metrics and the access log. */
export interface AnsweredCall {
  /** The route's path. */
  readonly endpoint: string
  readonly method: string
  readonly status: number
  readonly elapsedMs: number
  /** Address of the client. */
  readonly from: string
}

/** The gates of one listener. */
export interface Gates {
  readonly signedRequests: SignedRequestGate
  readonly limit: RequestLimit
  readonly work: WorkLimit
  /** For a call that is read now. */
  readonly receivedNow: () => Received
  /** Marks the connection of an authentic request; unmarked connections are closed before it. */
  readonly markAuthentic: (request: FastifyRequest, signer: 'application' | 'phone') => void
  /** Turns the connection of a request into a WebSocket; `undefined` if the request does not ask for one. */
  readonly upgrade: (request: FastifyRequest, reply: FastifyReply) => WebSocket | undefined
  /** Reports a call that came as a message; hooks report those over HTTP. */
  readonly answered: (call: AnsweredCall, error: unknown) => void
  /** Address of the client. */
  readonly clientAddress: (request: FastifyRequest) => string
}
