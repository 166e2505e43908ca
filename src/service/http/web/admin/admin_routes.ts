import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import { Administration, type LimitListener } from '../../../administration/administration.ts'
import type { Permit } from '../../../administration/roles.ts'
import type { RequestSource } from '../../../administrators/sign_in.ts'
import type { Store } from '../../../store/store.ts'
import type {
  AdminSessionGate,
  AdmittedSession,
  SignedInAdministrator,
} from '../../gate/admin_session.ts'
import { InvalidInput } from './admin_failure.ts'
import type { AdminLimits } from './admin_limits.ts'

type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Method = 'GET' | WriteMethod

/** A request, before its sender is known. */
export interface RequestContext {
  /** The parameter `:id` of the path; empty if it has none. */
  readonly id: string
  /** All parameters of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly source: RequestSource
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

interface SignedInContext extends RequestContext {
  readonly admin: SignedInAdministrator
  /** Runs acts of this administrator. */
  readonly administration: Administration
}

/** Answers with an object, which is sent as JSON; `reply` if the answer was sent already. */
type Answer<Context> = (context: Context) => Promise<object>

/** A GET route. */
export interface View<Query> {
  /** Below `/admin/api/`: `users/:id`. */
  readonly path: string
  /** `signed_in` for what every administrator may see. */
  readonly permit: Permit | 'signed_in'
  /** Query parameters are texts; use `z.coerce` for numbers. */
  readonly query: z.ZodType<Query>
  readonly answer: Answer<SignedInContext & { readonly query: Query }>
}

/** A route that changes something, by an act that checks its own permits. */
export interface ActRoute<Body> {
  readonly method: WriteMethod
  readonly path: string
  readonly body: z.ZodType<Body>
  /** In bytes, if it is more than the server's limit. */
  readonly bodyLimit?: number
  readonly answer: Answer<SignedInContext & { readonly body: Body }>
}

interface OpenRoute<Body, Caller> {
  readonly method: Method
  readonly path: string
  readonly body: z.ZodType<Body>
  readonly answer: Answer<RequestContext & { readonly body: Body; readonly caller: Caller }>
}

interface Route {
  readonly method: Method
  readonly path: string
  readonly bodyLimit?: number | undefined
  readonly answer: (context: RequestContext) => Promise<object>
}

/** The body of a request without one, and the query of a list without parameters. */
export const nothing = z.object({})

/** Adds routes of the panel. Each method is named after what its routes do, or who may use them. */
export class AdminRoutes {
  readonly #server: FastifyInstance
  readonly #gate: AdminSessionGate
  readonly #limits: AdminLimits
  readonly #store: Store
  readonly #clock: Clock
  readonly #onLimit: LimitListener

  constructor(
    server: FastifyInstance,
    gate: AdminSessionGate,
    limits: AdminLimits,
    store: Store,
    clock: Clock,
    onLimit: LimitListener,
  ) {
    this.#server = server
    this.#gate = gate
    this.#limits = limits
    this.#store = store
    this.#clock = clock
    this.#onLimit = onLimit
  }

  /** Adds a GET route for administrators with a permit. */
  view<Query>({ path, permit, query: schema, answer }: View<Query>): void {
    this.#add({
      method: 'GET',
      path,
      answer: async (context) => {
        const signedIn = await this.#signIn(context)
        if (permit !== 'signed_in') signedIn.administration.require(permit, `a look at ${path}`)
        const query = parse(schema, context.request.query)
        return await answer({ ...signedIn, query })
      },
    })
  }

  /** Adds a route that runs acts. */
  act<Body>({ method, path, body: schema, bodyLimit, answer }: ActRoute<Body>): void {
    this.#add({
      method,
      path,
      bodyLimit,
      answer: async (context) => {
        const signedIn = await this.#signIn(context)
        return await answer({ ...signedIn, body: parseBody(schema, context.request) })
      },
    })
  }

  /** Adds a route for any session, or none. */
  anyone<Body>(route: OpenRoute<Body, AdmittedSession | undefined>): void {
    const { method, path, body: schema, answer } = route
    this.#add({
      method,
      path,
      answer: async (context) => {
        const caller = await this.#gate.find(context.request)
        const body = parseBody(schema, context.request)
        return await answer({ ...context, caller, body })
      },
    })
  }

  /**
   * Adds a route for a browser whose password was right, or that is signed in: the second factor, its
   * enrolment, and step-up.
   *
   * @param route.states The states of the session that may use it.
   * @param route.isPoll Whether pages poll it. A poll does not keep the session alive.
   */
  signingIn<Body>(
    route: Omit<OpenRoute<Body, AdmittedSession>, 'method'> & {
      readonly states: readonly AdmittedSession['session']['state'][]
      readonly isPoll?: boolean
    },
  ): void {
    const { path, states, isPoll = false, body: schema, answer } = route
    this.#add({
      method: 'POST',
      path,
      answer: async (context) => {
        const caller = await this.#gate.require(context.request, states, { isPoll })
        const body = parseBody(schema, context.request)
        return await answer({ ...context, caller, body })
      },
    })
  }

  async #signIn(context: RequestContext): Promise<SignedInContext> {
    const admin = await this.#gate.admit(context.request)
    const administration = new Administration(this.#store, this.#clock, admin.actor, this.#onLimit)
    return { ...context, admin, administration }
  }

  #add({ method, path, bodyLimit, answer }: Route): void {
    this.#server.route<{ Params: Record<string, string> }>({
      method,
      url: `/admin/api/${path}`,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      onRequest: async (request) => {
        this.#gate.checkOrigin(request)
        this.#limits.countRequest(request)
        // before a large body is read, so that strangers can't fill the memory
        if (bodyLimit !== undefined) await this.#gate.admit(request)
      },
      handler: async (request, reply) => {
        const { params } = request
        const source = this.#gate.source(request)
        return await answer({ id: params.id ?? '', params, source, request, reply })
      },
    })
  }
}

/** @throws {InvalidInput} with the first invalid field. */
function parseBody<Body>(schema: z.ZodType<Body>, { method, body }: FastifyRequest): Body {
  if (method === 'GET') return parse(schema, {})
  let parsed: unknown
  try {
    parsed = JSON.parse(typeof body === 'string' && body !== '' ? body : '{}')
  } catch {
    throw new InvalidInput(undefined, 'The request is not JSON.')
  }
  return parse(schema, parsed)
}

function parse<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  const problem = issue?.message ?? 'invalid'
  throw new InvalidInput(
    field === '' ? undefined : field,
    field === '' ? `The request is invalid: ${problem}.` : `${field}: ${problem}.`,
  )
}
