import { QueryClient } from '@tanstack/react-query'
import { render } from '../parts/render.tsx'
import './outbox.css'
import { OutboxError } from './api.ts'
import { OutboxPage } from './outbox_page.tsx'

const client = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 2 && !(error instanceof OutboxError) },
  },
})

// a different key shows a different outbox
addEventListener('hashchange', () => location.reload())

render(<OutboxPage />, client)
