import type { Failure } from './failure.ts'

/** The wrapper of every answer of the API. */
export type Envelope =
  | { readonly stat: 'OK'; readonly response: unknown; readonly metadata?: PagingMetadata }
  | {
      readonly stat: 'FAIL'
      readonly code: number
      readonly message: string
      readonly message_detail?: string
    }

/** Where a page is in its list, as the Admin API says it beside a response. */
export interface PagingMetadata {
  /** `offset` of the next page; absent on the last. */
  readonly next_offset?: number
  /** `offset` of the page before; absent on the first. */
  readonly prev_offset?: number
  readonly total_objects: number
}

/** @param metadata For a page of a list. */
export function success(response: unknown, metadata?: PagingMetadata): Envelope {
  return { stat: 'OK', response, ...(metadata === undefined ? {} : { metadata }) }
}

/** @param total Entries on all pages. */
export function pagingMetadata(
  { offset, limit }: { readonly offset: number; readonly limit: number },
  total: number,
): PagingMetadata {
  return {
    ...(offset + limit < total ? { next_offset: offset + limit } : {}),
    ...(offset > 0 ? { prev_offset: Math.max(0, offset - limit) } : {}),
    total_objects: total,
  }
}

export function failure({ code, message }: Failure, detail?: string): Envelope {
  return {
    stat: 'FAIL',
    code,
    message,
    ...(detail === undefined ? {} : { message_detail: detail }),
  }
}

/**
 * Reads an envelope.
 *
 * @returns `undefined` if the text is not an envelope.
 */
export function parseEnvelope(text: string): Envelope | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  return readEnvelope(parsed)
}

/** As `parseEnvelope`, for JSON that was parsed before. */
export function readEnvelope(parsed: unknown): Envelope | undefined {
  if (!isRecord(parsed)) return undefined
  if (parsed.stat === 'OK') return { stat: 'OK', response: parsed.response }
  // some gateways in front of the API write the code as a string
  const code = Number(parsed.code)
  if (parsed.stat !== 'FAIL' || !Number.isInteger(code)) return undefined
  const message = typeof parsed.message === 'string' ? parsed.message : 'no message'
  return {
    stat: 'FAIL',
    code,
    message,
    ...(typeof parsed.message_detail === 'string' ? { message_detail: parsed.message_detail } : {}),
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
