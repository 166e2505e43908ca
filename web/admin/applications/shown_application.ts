import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'
import type { ApplicationDetails } from './application.ts'

/** The application whose page is open; `undefined` until it is loaded. */
export function useShownApplication(): ApplicationDetails | undefined {
  const { id = '' } = useParams({ strict: false })
  return useView<ApplicationDetails>(`applications/${id}`).data
}
