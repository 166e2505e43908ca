import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly screen: 'home' | 'history' | 'settings' | 'notifications' }
  | { readonly screen: 'request'; readonly txid: string }
  | { readonly screen: 'activate'; readonly code: string }

/** The screen is in the URL fragment, which browsers never send to a server. */
export function useRoute(): Route {
  return routeIn(useSyncExternalStore(watchHash, () => location.hash))
}

export function go(hash: string): void {
  location.hash = hash
}

/** Replaces the current history entry. */
export function goInPlace(hash: string): void {
  location.replace(hash)
}

function routeIn(hash: string): Route {
  const [, screen = '', detail = ''] = hash.split('/')
  switch (screen) {
    case 'activate':
      return { screen, code: detail }
    case 'request':
      return { screen, txid: detail }
    case 'history':
    case 'settings':
    case 'notifications':
      return { screen }
    default:
      return { screen: 'home' }
  }
}

function watchHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
