import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'
import type { User } from './user.ts'

/** The user whose page is open; `undefined` until it is loaded. */
export function useShownUser(): User | undefined {
  const { id = '' } = useParams({ strict: false })
  return useView<User>(`users/${id}`).data
}
