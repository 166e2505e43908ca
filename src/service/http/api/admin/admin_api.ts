import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AuthApiFailure, failureDetail, failures, success } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import { Administration } from '../../../administration/administration.ts'
import { apiActor } from '../../../administration/api_role.ts'
import type { Integration } from '../../../applications/integrations.ts'
import { isInNetworks } from '../../../applications/policy/policy_networks.ts'
import type { Store } from '../../../store/store.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import type { Gates } from '../../gate/gates.ts'
import { keepBodiesAsBytes } from '../../gate/request_body.ts'
import type { SignedRequest } from '../../gate/signed_request.ts'
import { answerHeaders } from '../auth_v2/auth_api.ts'
import type { Endpoint, Method } from './endpoint.ts'
import { SentValues } from './parameters.ts'
import { toFailure, unknown } from './refusal.ts'

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE']

/** Answers `/admin/v1`, `/admin/v2` and `/admin/v3` (duo.com/docs/adminapi). */
export class AdminApi {
  readonly #endpoints: readonly Endpoint[]
  readonly #store: Store
  readonly #addresses: ClientAddresses
  readonly #clock: Clock

  constructor(
    endpoints: readonly Endpoint[],
    store: Store,
    addresses: ClientAddresses,
    clock: Clock,
  ) {
    this.#endpoints = endpoints
    this.#store = store
    this.#addresses = addresses
    this.#clock = clock
  }

  /** Adds its routes to a server. */
  async addTo(server: FastifyInstance, gates: Gates): Promise<void> {
    await server.register(async (scope) => {
      keepBodiesAsBytes(scope)
      for (const endpoint of this.#endpoints) {
        scope.route({
          method: endpoint.method,
          url: endpoint.path,
          exposeHeadRoute: false,
          ...(endpoint.maxBody === undefined ? {} : { bodyLimit: endpoint.maxBody }),
          handler: (request, reply) => this.#answer(endpoint, request, reply, gates),
        })
      }
      this.#refuseOtherMethods(scope)
    })
  }

  /** Without these routes, `PUT /users/enroll` would be taken for a user `enroll`. */
  #refuseOtherMethods(server: FastifyInstance): void {
    for (const [url, known] of Map.groupBy(this.#endpoints, ({ path }) => path)) {
      const method = methods.filter((other) => known.every((endpoint) => endpoint.method !== other))
      if (method.length === 0) continue
      server.route({
        method,
        url,
        exposeHeadRoute: false,
        handler: async () => {
          throw new AuthApiFailure(failures.methodNotAllowed)
        },
      })
    }
  }

  async #answer(
    endpoint: Endpoint,
    request: FastifyRequest,
    reply: FastifyReply,
    gates: Gates,
  ): Promise<unknown> {
    const { integration, sent } = await admit(request, gates)
    const address = this.#addresses.resolve(request)
    requireNetwork(integration, address)
    requirePermission(integration, endpoint)
    const actor = { ...apiActor(integration), address }
    try {
      const { response, metadata } = await endpoint.answer({
        path: pathParameters(request.params),
        sent: new SentValues(sent),
        administration: new Administration(this.#store, this.#clock, actor),
        integration,
        db: this.#store.db,
        now: this.#clock.now(),
      })
      reply.headers(answerHeaders)
      if (!(response instanceof Uint8Array)) return success(response, metadata)
      reply.type('image/png')
      return Buffer.from(response)
    } catch (error) {
      throw toFailure(error)
    }
  }
}

/** The setting `networks_for_api_access`. */
function requireNetwork({ apiNetworks }: Integration, address: string): void {
  if (apiNetworks.length === 0 || isInNetworks(address, apiNetworks)) return
  throw new AuthApiFailure(failures.accessForbidden, failureDetail.network)
}

async function admit(
  request: FastifyRequest,
  { signedRequests, limit, markAuthentic }: Gates,
): Promise<SignedRequest> {
  const signed = await limit.authenticate(
    request,
    (lookUp) =>
      signedRequests.admit(request, {
        types: ['adminapi'],
        allowSignatureV1: false,
        nestedJson: true,
        lookUp,
      }),
    (error) => error instanceof AuthApiFailure,
  )
  markAuthentic(request, 'application')
  limit.countGenuine(signed.integration.ikey)
  return signed
}

function requirePermission(
  { adminApiPermissions: granted }: Integration,
  { permissions }: Endpoint,
): void {
  if (permissions.some((permission) => granted.includes(permission))) return
  throw new AuthApiFailure(
    failures.accessForbidden,
    `the application lacks the permission ${permissions.join(' or ')}`,
  )
}

/** @throws {AuthApiFailure} 40401 for text that databases can't compare, which names nothing. */
function pathParameters(params: unknown): Readonly<Record<string, string>> {
  if (typeof params !== 'object' || params === null) return {}
  const texts = Object.entries(params).map(([name, value]) => [name, String(value)] as const)
  const wrong = texts.find(([, text]) => !text.isWellFormed() || text.includes('\0'))
  if (wrong !== undefined) throw unknown(wrong[0])
  return Object.fromEntries(texts)
}
