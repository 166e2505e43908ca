import type { Failure } from './failure.ts'

/** How every answer of the API is wrapped. */
export type Envelope =
  | { readonly stat: 'OK'; readonly response: unknown }
  | {
      readonly stat: 'FAIL'
      readonly code: number
      readonly message: string
      readonly message_detail?: string
    }

export function success(response: unknown): Envelope {
  return { stat: 'OK', response }
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
 * @returns `undefined` where the text is not one.
 */
export function parseEnvelope(text: string): Envelope | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(parsed)) return undefined
  if (parsed.stat === 'OK') return { stat: 'OK', response: parsed.response }
  // some gateways before the API write the code as a text
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
