import assert from 'node:assert/strict'
import type { AdminApiPermission } from '../../src/service/applications/admin_api_permissions.ts'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { adminApiEndpoints } from '../../src/service/compose/admin_api_face.ts'
import { configuredLimits } from '../../src/service/compose/configured_limits.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import type { Endpoint, Method } from '../../src/service/http/api/admin/endpoint.ts'
import { Settings } from '../../src/service/settings/settings.ts'
import type { TestService } from './service.ts'
import type { Answer } from './service_client.ts'

/** Calls the Admin API as an application with permissions, and checks each answer against its schema. */
export class AdminApiClient {
  readonly integration: Integration
  readonly #service: TestService
  readonly #endpoints: readonly Endpoint[]

  private constructor(service: TestService, integration: Integration) {
    this.#service = service
    this.integration = integration
    this.#endpoints = declaredEndpoints(service)
  }

  /** @param permissions By default, all. */
  static async create(
    service: TestService,
    permissions?: readonly AdminApiPermission[],
  ): Promise<AdminApiClient> {
    return new AdminApiClient(service, await service.addAdminApi(permissions))
  }

  /** @returns The `response` of a success. */
  async ok(method: Method, path: string, parameters: Readonly<Record<string, unknown>> = {}) {
    return (await this.envelope(method, path, parameters)).response
  }

  /** @returns The envelope of a success. */
  async envelope(method: Method, path: string, parameters: Readonly<Record<string, unknown>> = {}) {
    const { status, text } = await this.call(method, path, parameters)
    assert.equal(status, 200, `${method} ${path}: ${text}`)
    const envelope = JSON.parse(text)
    endpointAt(this.#endpoints, method, path).response.parse(envelope.response)
    return envelope
  }

  /** @returns Status, code and detail of a failure. */
  async failure(
    method: Method,
    path: string,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly [status: number, code: unknown, detail: unknown]> {
    const { status, body } = await this.call(method, path, parameters)
    assert.equal(body.stat, 'FAIL')
    return [status, body.code, body.message_detail]
  }

  async call(
    method: Method,
    path: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const { integration } = this
    const inBody = method === 'POST' || method === 'PUT'
    return await this.#service.call(
      inBody
        ? { method, path, json: parameters, version: 5, integration }
        : { method, path, parameters: toTexts(parameters), version: 5, integration },
    )
  }
}

/** The endpoint that answers a request. */
export function endpointAt(endpoints: readonly Endpoint[], method: string, path: string): Endpoint {
  const segments = path.split('/')
  const fits = (declared: string): boolean => {
    const others = declared.split('/')
    return (
      others.length === segments.length &&
      others.every((segment, index) => segment.startsWith(':') || segment === segments[index])
    )
  }
  const found = endpoints
    .filter((endpoint) => endpoint.method === method && fits(endpoint.path))
    .sort((one, other) => one.path.split(':').length - other.path.split(':').length)[0]
  assert.ok(found, `${method} ${path} is declared`)
  return found
}

/** What the API declares; the endpoints can't answer. */
export function declaredEndpoints({ store }: Pick<TestService, 'store'>): readonly Endpoint[] {
  return adminApiEndpoints({
    store,
    delivery: {},
    policyLimits: configuredLimits(defaultConfig('.')),
    smsBatches: { send: async () => {} },
    verificationPush: {
      send: async () => ({ kind: 'refused', message: '' }),
      answer: async () => undefined,
    },
    publicHost: () => 'localhost',
    logo: () => undefined,
    adminUrl: () => '',
    linkMail: ({ email: to }, text) => ({ to, subject: '', text }),
    settings: new Settings(defaultConfig('.')),
    sendInvitation: undefined,
  })
}

function toTexts(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )
}
