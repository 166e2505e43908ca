const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)/i

/**
 * Path and query of a request target. Clients of plain HTTP proxies send `https://HOST/PATH`, which
 * a server has to accept (RFC 9112 §3.2.2).
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const path = absoluteForm.exec(target)?.[2]
  if (path === undefined) return target
  return path.startsWith('/') ? path : `/${path}`
}

/** The host, with its port, that an absolute target names; `undefined` for any other target. */
export function parseAuthority(target: string): string | undefined {
  if (target.startsWith('/')) return undefined
  const authority = absoluteForm.exec(target)?.[1]
  return authority?.slice(authority.lastIndexOf('@') + 1)
}
