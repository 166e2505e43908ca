import { createContext, useContext } from 'react'
import type { Validation } from './configuration/validation.ts'
import type { ConfigEditor } from './editor/config_editor.ts'
import type { Live } from './live.ts'
import type { ServiceRun } from './status/service_run.ts'

/** What all pages of the Manager work with. */
export interface Manager {
  readonly editor: ConfigEditor
  readonly live: Live
  readonly service: ServiceRun
  readonly validation: Validation
}

const Current = createContext<Manager | undefined>(undefined)

export const ManagerProvider = Current.Provider

export function useManager(): Manager {
  const manager = useContext(Current)
  if (manager === undefined) throw new Error('this component is not in a ManagerProvider')
  return manager
}
