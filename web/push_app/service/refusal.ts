import type { RefusedMessage } from '../../../src/push/app_message.ts'

/** An error code from the service, or `offline` if there was no response. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  /** The service's clock, in milliseconds since 1970. */
  readonly time: number | undefined

  constructor(code: string, time?: number) {
    super(code)
    this.code = code
    this.time = time
  }
}

/** @throws {Refusal} */
export async function awaitAnswer<Body>(sent: Promise<Response>): Promise<Body> {
  const response = await reached(sent)
  const body: Body = await response.json().catch(() => {
    throw new Refusal('internal')
  })
  return body
}

/** @throws {Refusal} */
export async function reached(sent: Promise<Response>): Promise<Response> {
  const response = await sent.catch(() => {
    throw new Refusal('offline')
  })
  if (response.ok) return response
  const refused: Partial<RefusedMessage> = await response.json().catch(() => ({}))
  throw new Refusal(refused.code ?? 'internal', refused.time)
}

/** Whether the service no longer accepts this phone's key. */
export function isRemoved(error: unknown): boolean {
  return error instanceof Refusal && ['unknown_device', 'bad_signature'].includes(error.code)
}
