import type { Section } from '../../config/section.ts'
import type { Finding } from './connectivity_event.ts'

/** An attribute and a value, as every distinguished name begins (RFC 4514 §2). */
const distinguishedName = /^\s*([a-z][a-z0-9-]*|\d+(\.\d+)*)\s*=/i
const dnKeys = ['search_dn', 'security_group_dn', 'exempt_ou']

/** Finds names and filters that no directory understands. */
export function findLdapSyntax({ settings }: Section): Finding[] {
  return settings.flatMap(({ key, entry }): Finding[] => {
    const { value, line } = entry
    if (dnKeys.includes(key) && !distinguishedName.test(value)) {
      const message = `${key} is not a distinguished name`
      return [{ severity: 'error', message, remedy: 'write it as OU=Staff,DC=corp,DC=test', line }]
    }
    if (key === 'ldap_filter' && !hasBalancedParentheses(value)) {
      const message = 'the parentheses of ldap_filter do not match'
      return [
        { severity: 'error', message, remedy: 'write it as (&(objectClass=person)(mail=*))', line },
      ]
    }
    return []
  })
}

/** Parentheses inside of values are escaped as `\28` and `\29` (RFC 4515 §3). */
function hasBalancedParentheses(filter: string): boolean {
  let depth = 0
  for (const character of filter) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (depth < 0) return false
  }
  return depth === 0 && filter.trimStart().startsWith('(')
}
