import { QueryClient } from '@tanstack/react-query'
import { render } from '../parts/render.tsx'
import { compactTheme } from '../theme.ts'
import { App } from './app.tsx'
import './manager.css'

// a new link in the same tab changes only the fragment
window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#link=')) location.reload()
})

const client = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: 'always', gcTime: 0 },
    queries: { networkMode: 'always', retry: false, refetchOnWindowFocus: false },
  },
})
render(<App />, client, compactTheme)
