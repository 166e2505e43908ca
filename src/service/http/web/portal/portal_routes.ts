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

/** What a route receives: the session, and the body as it was parsed. */
export interface Call<Body, Who> {
  readonly who: Who
  readonly body: Body
  /** From the path. */
  readonly id: string
  /** Where it comes from. */
  readonly address: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Answer<Body, Who> = (call: Call<Body, Who>) => Promise<object>

const nothing = z.object({})

/** Adds routes; the method's name says which sessions may use the route. */
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

  /** With any session or none. */
  anybody<Body>(
    method: Method,
    path: string,
    shape: z.ZodType<Body>,
    answer: Answer<Body, Person | undefined>,
  ): void {
    this.#add(method, path, shape, answer, (request) => this.#gate.visitor(request))
  }

  /** For users who have entered a name, or are about to use a passkey. */
  signingIn<Body>(path: string, shape: z.ZodType<Body>, answer: Answer<Body, PortalSession>): void {
    this.#add('POST', path, shape, answer, async (request) => {
      const { session } = await this.#gate.admit(request, ['sign_in'])
      return session
    })
  }

  /** For users who have proved a second factor, or opened an invitation. */
  adding<Body>(
    method: Method,
    path: string,
    shape: z.ZodType<Body>,
    answer: Answer<Body, Person>,
  ): void {
    const kinds: readonly PortalSessionKind[] = ['enrollment', 'self_service']
    this.#add(method, path, shape, answer, (request) => this.#gate.admit(request, kinds))
  }

  /** For users who have proved a second factor. */
  owner<Body>(
    method: Method,
    path: string,
    shape: z.ZodType<Body>,
    answer: Answer<Body, KnownPerson>,
  ): void {
    this.#add(method, path, shape, answer, async (request) => {
      const { session, user } = await this.#gate.admit(request, ['self_service'])
      if (user === undefined) throw new PortalRefusal('no_session')
      return { session, user }
    })
  }

  #add<Body, Who>(
    method: Method,
    path: string,
    shape: z.ZodType<Body>,
    answer: Answer<Body, Who>,
    admit: (request: FastifyRequest) => Promise<Who>,
  ): void {
    this.#server.route<{ Params: { id?: string } }>({
      method,
      url: `/portal/api/${path}`,
      handler: async (request, reply) => {
        this.#gate.checkOrigin(request)
        this.#limits.request(request)
        const who = await admit(request)
        const body = read(shape, method === 'GET' ? '{}' : request.body)
        const address = this.#clientAddresses.of(request)
        const { id = '' } = request.params
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
        return await answer({ who, body, id, address, request, reply })
      },
    })
  }
}

export { nothing }

/** @throws {InvalidBody} with the field that is wrong. */
function read<Body>(shape: z.ZodType<Body>, body: unknown): Body {
  let parsed: unknown
  try {
    parsed = JSON.parse(typeof body === 'string' && body !== '' ? body : '{}')
  } catch {
    throw new InvalidBody(undefined)
  }
  const result = shape.safeParse(parsed)
  if (result.success) return result.data
  const [field] = result.error.issues[0]?.path ?? []
  throw new InvalidBody(field === undefined ? undefined : String(field))
}
