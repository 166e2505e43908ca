/** What of an OpenAPI document the page shows. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: {
          readonly properties: Readonly<Record<string, Schema>>
          readonly required?: readonly string[]
        }
      }
    }
  }
}

export interface ShownParameter {
  readonly name: string
  readonly required: boolean
  /** Such as `integer, 1 to 500`. */
  readonly type: string
  readonly meaning: string
}

export interface ShownOperation {
  /** `GET /admin/v1/users` */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly permission: string
  readonly parameters: readonly ShownParameter[]
}

/** The operations by their object: users, groups, and so on. */
export function groupOperations(
  document: OpenApiDocument,
  search: string,
): readonly (readonly [tag: string, operations: readonly ShownOperation[]])[] {
  const words = search.toLowerCase().split(/\s+/)
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => ({
      tag: operation.tags[0] ?? '',
      shown: toShown(verb.toUpperCase(), path, operation),
    })),
  )
  const found = all.filter(({ shown }) => {
    const text = `${shown.id} ${shown.summary} ${shown.permission}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return [...Map.groupBy(found, ({ tag }) => tag)].map(([tag, operations]) => [
    tag,
    operations.map(({ shown }) => shown),
  ])
}

function toShown(method: string, path: string, operation: Operation): ShownOperation {
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, required, schema }) => toParameter(name, required, schema))
  const body = operation.requestBody?.content['application/json'].schema
  const inBody = Object.entries(body?.properties ?? {}).map(([name, schema]) =>
    toParameter(name, body?.required?.includes(name) ?? false, schema),
  )
  return {
    id: `${method} ${path}`,
    method,
    path,
    summary: operation.summary,
    permission: operation.description.replace(/^Permission: /, ''),
    parameters: [...query, ...inBody],
  }
}

function toParameter(name: string, required: boolean, schema: Schema): ShownParameter {
  const { minimum, maximum = Number.MAX_SAFE_INTEGER, type = 'JSON' } = schema
  const range =
    minimum === undefined
      ? ''
      : maximum >= Number.MAX_SAFE_INTEGER
        ? `, ${minimum} or more`
        : `, ${minimum} to ${maximum}`
  const shownType = schema.enum === undefined ? `${type}${range}` : schema.enum.join(' | ')
  return { name, required, type: shownType, meaning: schema.description ?? '' }
}
