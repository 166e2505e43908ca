import { RouterProvider } from '@tanstack/react-router'
import { render } from '../parts/render.tsx'
import { compactTheme } from '../theme.ts'
import './admin.css'
import { pauseWhenIdle } from './activity.ts'
import { queryClient } from './query_client.ts'
import { router } from './router.tsx'

pauseWhenIdle()
render(<RouterProvider router={router} />, queryClient, compactTheme)
