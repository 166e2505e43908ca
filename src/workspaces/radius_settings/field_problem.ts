import { isIP } from 'node:net'
import type { FieldLimit } from './limits.ts'

const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = new RegExp(`^${label}(\\.${label})*\\.?$`, 'i')

/** Checks one value against its limit. @returns A message in AWS's words, `undefined` if the value is valid. */
export function findFieldProblem(limit: FieldLimit, value: unknown): string | undefined {
  switch (limit.kind) {
    case 'servers':
      return findServersProblem(limit, value)
    case 'number':
      if (typeof value !== 'number' || !Number.isInteger(value)) return 'Member must be an integer'
      return findRangeProblem(value, limit, 'value')
    case 'text':
      if (typeof value !== 'string') return 'Member must be a string'
      return (
        findRangeProblem([...value].length, limit, 'length') ??
        (limit.pattern === undefined || limit.pattern.test(value)
          ? undefined
          : `Member must satisfy regular expression pattern: ${limit.published}`)
      )
    case 'choice':
      return typeof value === 'string' && limit.choices.includes(value)
        ? undefined
        : `Member must satisfy enum value set: [${limit.choices.join(', ')}]`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'Member must be true or false'
  }
}

function findServersProblem(
  limit: FieldLimit & { readonly kind: 'servers' },
  value: unknown,
): string | undefined {
  if (!Array.isArray(value)) return 'Member must be a list'
  if (value.length > limit.maxServers) {
    return `Member must have length less than or equal to ${limit.maxServers}`
  }
  for (const server of value) {
    if (typeof server !== 'string') return 'Member must be a list of strings'
    const problem = findRangeProblem(server.length, limit, 'length')
    if (problem !== undefined) return problem
    if (isIP(server) === 0 && !isHostName(server)) {
      return `'${server}' must be an IP address or a DNS name, without a port`
    }
  }
  return undefined
}

/** Digits and dots alone are a mistyped address, such as `10.0.0`. */
function isHostName(server: string): boolean {
  return hostName.test(server) && !/^[\d.]+$/.test(server)
}

function findRangeProblem(
  size: number,
  { min, max }: { readonly min: number; readonly max: number },
  what: 'value' | 'length',
): string | undefined {
  if (size < min) return `Member must have ${what} greater than or equal to ${min}`
  if (size > max) return `Member must have ${what} less than or equal to ${max}`
  return undefined
}
