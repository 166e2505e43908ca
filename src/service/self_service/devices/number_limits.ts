import type { Phone } from '../../authenticators/phone/phones.ts'
import { SelfServiceError } from '../person.ts'

const maxPhones = 20

/**
 * Refuses a number that would be a duplicate, or one phone too many.
 *
 * @throws {SelfServiceError} `number_taken`, `too_many`
 */
export function requireNewNumber(number: string, own: readonly Phone[]): void {
  if (own.some((phone) => phone.number === number)) {
    throw new SelfServiceError('number_taken', 'This number is already one of your devices.')
  }
  if (own.length >= maxPhones) {
    throw new SelfServiceError(
      'too_many',
      `You have the maximum of ${maxPhones} devices. Remove one first.`,
    )
  }
}
