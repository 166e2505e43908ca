import type { PendingRequest } from '../../../src/push/app_message.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  /** Whether another waiting sign-in differs in it. */
  readonly differs: boolean
}

/** The details of a sign-in, and which of them distinguish it from the others that wait. */
export function requestFacts(
  request: PendingRequest,
  all: readonly PendingRequest[],
): readonly Fact[] {
  const others = all.filter(({ txid }) => txid !== request.txid).map(plainFacts)
  return [...plainFacts(request)].map(([name, value]) => ({
    name,
    value,
    differs: others.some((other) => other.get(name) !== value),
  }))
}

/** Whether both requests show the same details. */
export function looksSame(one: PendingRequest, other: PendingRequest): boolean {
  return JSON.stringify([...plainFacts(one)]) === JSON.stringify([...plainFacts(other)])
}

function plainFacts(request: PendingRequest): ReadonlyMap<string, string> {
  const { application, username, ipaddr, place, hostname, type, info } = request
  const facts: [string, string][] = [
    ['Application', application],
    ['User', username],
    ['From', place],
    ['IP address', ipaddr],
    ['Computer', hostname],
    ['Type', type],
    ...info.map(([name, value]): [string, string] => [name, value]),
  ]
  return new Map(facts.filter(([, value]) => value !== ''))
}
