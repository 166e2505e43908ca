import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'
import type { AdministratorDetails } from './administrator.ts'

/** The administrator of the address; `undefined` until loaded. */
export function useShownAdministrator(): AdministratorDetails | undefined {
  const { id = '' } = useParams({ strict: false })
  return useView<AdministratorDetails>(`administrators/${id}`).data
}
