/** What a one-time link is for, and for whom. */
export interface OpenedLink {
  readonly kind: 'owner' | 'activation' | 'password' | 'factors'
  readonly email: string | null
  readonly name: string | null
  /** In milliseconds since 1970. */
  readonly expires: number
}

/**
 * The code of a one-time link, which follows the `#`. It is taken out of the address at once, so that
 * neither the history of the browser nor a copied address contains it.
 */
let code: string | undefined

/** @returns The code; empty if the page was opened without one. */
export function takeLinkCode(): string {
  if (location.hash.length > 1) {
    code = location.hash.slice(1)
    history.replaceState(history.state, '', location.pathname)
  }
  return code ?? ''
}
