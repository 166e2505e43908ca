import type { PendingRequest } from '../../../src/push/app_message.ts'
import { looksSame } from './request_facts.ts'

const ordinals = ['A first', 'A second', 'A third', 'A fourth']

/**
 * Describes a request that a client seems to have repeated, as "A second attempt, 20 s later". Only
 * requests with the same details count: another address may be another person.
 *
 * @returns Empty for any other request.
 */
export function attemptWords(request: PendingRequest, all: readonly PendingRequest[]): string {
  const first = all.find(({ txid }) => txid === request.repeatOf)
  if (first === undefined || !looksSame(first, request)) return ''
  const attempts = all.filter((other) => other.txid === first.txid || other.repeatOf === first.txid)
  const before = attempts.filter(({ opened }) => opened < request.opened).length
  const secs = Math.round((request.opened - first.opened) / 1000)
  return `${ordinals[before] ?? 'A later'} attempt, ${secs} s later`
}
