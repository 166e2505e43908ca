import { QueryClient } from '@tanstack/react-query'
import { render } from '../parts/render.tsx'
import { compactTheme } from '../theme.ts'
import { App } from './app.tsx'
import './sign_in.css'

const client = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: 'always', gcTime: 0 },
    queries: { networkMode: 'always', retry: false },
  },
})
render(<App />, client, compactTheme)
