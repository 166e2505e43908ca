const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)/i

/**
 * Reduces a request target to its path and query. Clients of HTTP proxies send `https://HOST/PATH`,
 * which a server must accept (RFC 9112 §3.2.2).
 */
export function toOriginForm(target: string): string {
  if (target.startsWith('/')) return target
  const path = absoluteForm.exec(target)?.[2]
  if (path === undefined) return target
  return path.startsWith('/') ? path : `/${path}`
}

/** @returns The host of an absolute target, with its port; `undefined` for any other target. */
export function parseAuthority(target: string): string | undefined {
  if (target.startsWith('/')) return undefined
  const authority = absoluteForm.exec(target)?.[1]
  return authority?.slice(authority.lastIndexOf('@') + 1)
}
