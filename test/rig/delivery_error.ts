import assert from 'node:assert/strict'
import { DeliveryError } from '../../src/service/messaging/messaging.ts'

/** The error that a provider client throws; it must not contain any of the `hidden` values. */
export async function toDeliveryError(
  work: Promise<unknown>,
  hidden: readonly string[],
): Promise<DeliveryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert(error instanceof DeliveryError, String(error))
  const shown = `${error.message}${error.stack}`
  assert(!hidden.some((text) => shown.includes(text)), shown)
  return error
}
