import { z } from 'zod'
import { failures } from '../../../../duo/index.ts'
import type { Endpoint } from './endpoint.ts'

/** JSON of an OpenAPI document, or of a part of it. */
type Json = Readonly<Record<string, unknown>>

const description = `Duo's Admin API (duo.com/docs/adminapi), signed like the Auth API: HTTP basic
authentication with the integration key as user name and, as password, the HMAC of the request with the
secret key. Duo's client libraries sign requests themselves. Parameters may be sent in the query,
as a form or as JSON; lists as JSON, as its text or comma-separated; booleans as true, "true" or 1.`

const refusals = [
  failures.invalidParameters,
  failures.invalidSignature,
  failures.accessForbidden,
  failures.notFound,
  failures.tooManyRequests,
] as const

/** Builds the OpenAPI 3.1 document of the Admin API from the schemas of its endpoints. */
export function buildOpenApi(endpoints: readonly Endpoint[], server: string): Json {
  const paths = [...Map.groupBy(endpoints, ({ path }) => openPath(path))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, methods]) => [
      path,
      Object.fromEntries(
        methods.map((endpoint) => [endpoint.method.toLowerCase(), operation(endpoint)]),
      ),
    ])
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign Admin API', version: '1', description },
    servers: [{ url: server }],
    security: [{ signature: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        signature: { type: 'http', scheme: 'basic', description: 'ikey and signature' },
      },
      schemas: { Failure: failureSchema },
      responses: Object.fromEntries(
        refusals.map(({ status, message }) => [
          `Failure${status}`,
          {
            description: message,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
          },
        ]),
      ),
    },
  }
}

/** A parameter of an endpoint, for pages that list them. */
export interface DocumentedParameter {
  readonly name: string
  readonly required: boolean
  /** JSON schema, with a description if there is one. */
  readonly schema: Json
}

/** The parameters of an endpoint besides those in its path. */
export function documentedParameters({ parameters }: Endpoint): readonly DocumentedParameter[] {
  const { properties = {} } = toJsonSchema(parameters)
  return Object.entries(properties as Readonly<Record<string, Json>>).map(([name, schema]) => ({
    name,
    required: !parameters.shape[name]?.safeParse(undefined).success,
    schema,
  }))
}

const failureSchema = {
  type: 'object',
  properties: {
    stat: { const: 'FAIL' },
    code: { type: 'integer', description: 'The first three digits are the HTTP status.' },
    message: { type: 'string' },
    message_detail: { type: 'string', description: 'Names the parameter.' },
  },
  required: ['stat', 'code', 'message'],
}

function operation(endpoint: Endpoint): Json {
  const { method, path, summary, permissions } = endpoint
  const parameters = documentedParameters(endpoint)
  const inBody = method === 'POST' || method === 'PUT'
  const fromPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const fromQuery = inBody
    ? []
    : parameters.map(({ name, required, schema }) => ({ name, in: 'query', required, schema }))
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z0-9]+/gi, '_')}`,
    tags: [tagOf(path)],
    summary,
    description: `Permission: ${permissions.join(' or ')}`,
    parameters: [...fromPath, ...fromQuery],
    ...(inBody && parameters.length > 0 ? { requestBody: requestBody(parameters) } : {}),
    responses: {
      200: {
        description: 'Done.',
        content: { 'application/json': { schema: envelope(endpoint) } },
      },
      ...Object.fromEntries(
        refusals.map(({ status }) => [status, { $ref: `#/components/responses/Failure${status}` }]),
      ),
    },
  }
}

function requestBody(parameters: readonly DocumentedParameter[]): Json {
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name)
  const schema = {
    type: 'object',
    properties: Object.fromEntries(parameters.map((each) => [each.name, each.schema])),
    ...(required.length === 0 ? {} : { required }),
  }
  return {
    required: required.length > 0,
    content: {
      'application/json': { schema },
      'application/x-www-form-urlencoded': { schema },
    },
  }
}

function envelope({ response, paged }: Endpoint): Json {
  const metadata = {
    type: 'object',
    properties: {
      next_offset: { type: 'integer', description: 'Absent on the last page.' },
      prev_offset: { type: 'integer', description: 'Absent on the first page.' },
      total_objects: { type: 'integer' },
    },
    required: ['total_objects'],
  }
  return {
    type: 'object',
    properties: {
      stat: { const: 'OK' },
      response: toJsonSchema(response),
      ...(paged ? { metadata } : {}),
    },
    required: ['stat', 'response', ...(paged ? ['metadata'] : [])],
  }
}

/** The part of the path after the version, which names the object. */
function tagOf(path: string): string {
  return path.split('/')[3] ?? ''
}

function openPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function toJsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    // answers may get further fields
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return json
}
