import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { KnownPerson, Person } from '../../../self_service/person.ts'
import type { PortalSession, PortalSessionKind } from '../../../self_service/portal_sessions.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import type { PortalSessionGate } from '../../gate/portal_session.ts'
import { InvalidBody } from './portal_failure.ts'
import type { PortalLimits } from './portal_limits.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An admitted request. */
export interface Call<Body, Caller> {
  readonly caller: Caller
  /** Parsed with the route's schema. */
  readonly body: Body
  /** From the path. */
  readonly id: string
  /** The client's IP address. */
  readonly address: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Answer<Body, Caller> = (call: Call<Body, Caller>) => Promise<object>

export const emptyBody = z.object({})

/** Adds routes. Each method is named after the sessions that may use its routes. */
export class PortalRoutes {
  readonly #server: FastifyInstance
  readonly #gate: PortalSessionGate
  readonly #limits: PortalLimits
  readonly #clientAddresses: ClientAddresses

  constructor(
    server: FastifyInstance,
    gate: PortalSessionGate,
    limits: PortalLimits,
    clientAddresses: ClientAddresses,
  ) {
    this.#server = server
    this.#gate = gate
    this.#limits = limits
    this.#clientAddresses = clientAddresses
  }

  /** For any session, or none. */
  anyone<Body>(
    method: Method,
    path: string,
    schema: z.ZodType<Body>,
    answer: Answer<Body, Person | undefined>,
  ): void {
    this.#add(method, path, schema, answer, (request) => this.#gate.findPerson(request))
  }

  /** For users during a sign-in: a username was entered, or a passkey was requested. */
  signingIn<Body>(
    path: string,
    schema: z.ZodType<Body>,
    answer: Answer<Body, PortalSession>,
  ): void {
    this.#add('POST', path, schema, answer, async (request) => {
      const { session } = await this.#gate.admit(request, ['sign_in'])
      return session
    })
  }

  /** For signed-in users, and users with an open invitation. */
  addingDevice<Body>(
    method: Method,
    path: string,
    schema: z.ZodType<Body>,
    answer: Answer<Body, Person>,
  ): void {
    const kinds: readonly PortalSessionKind[] = ['enrollment', 'self_service']
    this.#add(method, path, schema, answer, (request) => this.#gate.admit(request, kinds))
  }

  /** For signed-in users. */
  signedIn<Body>(
    method: Method,
    path: string,
    schema: z.ZodType<Body>,
    answer: Answer<Body, KnownPerson>,
  ): void {
    this.#add(method, path, schema, answer, async (request) => {
      const { session, user } = await this.#gate.admit(request, ['self_service'])
      if (user === undefined) throw new PortalRefusal('no_session')
      return { session, user }
    })
  }

  #add<Body, Caller>(
    method: Method,
    path: string,
    schema: z.ZodType<Body>,
    answer: Answer<Body, Caller>,
    admit: (request: FastifyRequest) => Promise<Caller>,
  ): void {
    this.#server.route<{ Params: { id?: string } }>({
      method,
      url: `/portal/api/${path}`,
      handler: async (request, reply) => {
        this.#gate.checkOrigin(request)
        this.#limits.countRequest(request)
        const caller = await admit(request)
        const body = parseBody(schema, method === 'GET' ? '{}' : request.body)
        const address = this.#clientAddresses.resolve(request)
        const { id = '' } = request.params
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
        return await answer({ caller, body, id, address, request, reply })
      },
    })
  }
}

/** @throws {InvalidBody} with the first invalid field. */
function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  let parsed: unknown
  try {
    parsed = JSON.parse(typeof body === 'string' && body !== '' ? body : '{}')
  } catch {
    throw new InvalidBody(undefined)
  }
  const result = schema.safeParse(parsed)
  if (result.success) return result.data
  const [field] = result.error.issues[0]?.path ?? []
  throw new InvalidBody(field === undefined ? undefined : String(field))
}
