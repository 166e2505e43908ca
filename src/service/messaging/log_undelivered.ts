import type { Log } from '../../host/log.ts'
import { DeliveryError } from './messaging.ts'

/**
 * Sends, and logs a failure for the operator.
 *
 * @param what The kind of message for the log line: `call`, `message`, `mail`.
 * @throws what `send` throws.
 */
export async function logUndelivered(
  log: Log,
  what: string,
  provider: string,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send()
  } catch (error) {
    if (error instanceof DeliveryError) {
      log.warn(`a ${what} was not sent`, { provider, code: error.code, reason: error.message })
    }
    throw error
  }
}
