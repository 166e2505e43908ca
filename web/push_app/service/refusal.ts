import type { Refused } from '../../../src/push/app_message.ts'

/** The service has answered, and not with what was asked for; `offline` where it has not. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  /** The service's clock. */
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
  const refused: Partial<Refused> = await response.json().catch(() => ({}))
  throw new Refusal(refused.code ?? 'internal', refused.time)
}

/** Whether the service does not know this phone by its key any more. */
export function isRemoved(error: unknown): boolean {
  return error instanceof Refusal && ['unknown_device', 'bad_signature'].includes(error.code)
}
