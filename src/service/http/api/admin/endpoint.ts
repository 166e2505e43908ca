import { z } from 'zod'
import { type PagingMetadata, pagingMetadata } from '../../../../duo/index.ts'
import type { Administration } from '../../../administration/administration.ts'
import type { AdminApiPermission } from '../../../applications/admin_api_permissions.ts'
import type { Integration } from '../../../applications/integrations.ts'
import type { StoreDb } from '../../../store/store.ts'
import { integer, type SentValues } from './parameters.ts'

/** The response of a call that returns nothing. */
export const nothing = z.literal('')
export const done: '' = ''

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The names of a path's parameters: `user_id` of `/admin/v1/users/:user_id`. */
type PathName<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathName<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** An authentic request, and what its answer is made from. */
interface Call<Name extends string, Parameters> {
  readonly id: (name: Name) => string
  readonly parameters: Parameters
  /** Runs the acts of the application. */
  readonly administration: Administration
  /** The application that signed the request. */
  readonly integration: Integration
  readonly db: StoreDb
  /** In milliseconds since 1970. */
  readonly now: number
}

/** A request before its parameters are read. */
export interface ReceivedCall extends Omit<Call<string, never>, 'parameters' | 'id'> {
  readonly path: Readonly<Record<string, string>>
  readonly sent: SentValues
}

/** The page of a list that a request asks for. */
export interface RequestedPage {
  readonly limit: number
  readonly offset: number
}

/** What is in the envelope. */
export interface Answer {
  readonly response: unknown
  readonly metadata?: PagingMetadata
}

/** A path and method of the Admin API. */
export interface Endpoint {
  readonly method: Method
  /** With `:name` for each parameter. */
  readonly path: string
  /** The application needs one of them. */
  readonly permissions: readonly AdminApiPermission[]
  readonly summary: string
  readonly parameters: z.ZodObject
  readonly response: z.ZodType
  /** Whether the answer has paging metadata. */
  readonly paged: boolean
  /** In bytes; by default that of the server. */
  readonly maxBody: number | undefined
  /** @throws {AuthApiFailure} 40001 or 40002 with the name of a parameter. */
  readonly answer: (call: ReceivedCall) => Promise<Answer>
}

interface Declared<Path extends string> {
  readonly method: Method
  readonly path: Path
  readonly permission: AdminApiPermission | readonly AdminApiPermission[]
  readonly summary: string
}

/** Declares an endpoint; types follow from its path and schemas. */
export function endpoint<
  Path extends string,
  Response extends z.ZodType,
  Shape extends z.ZodRawShape,
>(
  declared: Declared<Path> & {
    readonly parameters: Shape
    readonly response: Response
    readonly maxBody?: number
    readonly answer: (
      call: Call<PathName<Path>, z.output<z.ZodObject<Shape>>>,
    ) => Promise<z.input<Response>>
  },
): Endpoint {
  const parameters = z.object(declared.parameters)
  return {
    ...common(declared),
    parameters,
    response: declared.response,
    paged: false,
    maxBody: declared.maxBody,
    answer: async ({ path, sent, ...call }) => ({
      response: await declared.answer({
        ...call,
        id: (name) => path[name] ?? '',
        parameters: sent.read(parameters),
      }),
    }),
  }
}

/** The order of lists that clients page by offset. New entries come last, so that the others keep their place. */
export const oldestFirst = { by: 'created' } as const

const defaultLimit = 100
/** Of most lists. */
const usualMaxLimit = 500

/** Declares a list that clients read in pages by `limit` and `offset`. */
export function list<Path extends string, Item extends z.ZodType, Shape extends z.ZodRawShape>(
  declared: Declared<Path> & {
    readonly parameters: Shape
    readonly item: Item
    readonly maxLimit?: number
    /** `all`: the items are not a page, but everything that the request names. */
    readonly answer: (
      call: Call<PathName<Path>, z.output<z.ZodObject<Shape>>>,
      page: RequestedPage,
    ) => Promise<{ readonly items: readonly z.input<Item>[]; readonly total: number | 'all' }>
  },
): Endpoint {
  const parameters = z.object(declared.parameters)
  const paging = pagingParameters(declared.maxLimit ?? usualMaxLimit)
  return {
    ...common(declared),
    parameters: z.object({ ...parameters.shape, ...paging.shape }),
    response: z.array(declared.item),
    paged: true,
    maxBody: undefined,
    answer: async ({ path, sent, ...call }) => {
      const page = sent.read(paging)
      const { items, total } = await declared.answer(
        { ...call, id: (name) => path[name] ?? '', parameters: sent.read(parameters) },
        page,
      )
      const metadata =
        total === 'all' ? { total_objects: items.length } : pagingMetadata(page, total)
      return { response: items, metadata }
    },
  }
}

/** A larger limit than possible is lowered, so that clients read on with `next_offset`. */
function pagingParameters(maxLimit: number) {
  return z.object({
    limit: integer(1, Number.MAX_SAFE_INTEGER)
      .default(defaultLimit)
      .transform((limit) => Math.min(limit, maxLimit))
      .describe(`Entries on a page, ${maxLimit} at most.`),
    offset: integer(0, Number.MAX_SAFE_INTEGER).default(0).describe('Entries to skip.'),
  })
}

function common<Path extends string>({ method, path, permission, summary }: Declared<Path>) {
  const permissions = typeof permission === 'string' ? [permission] : permission
  return { method, path, permissions, summary }
}
