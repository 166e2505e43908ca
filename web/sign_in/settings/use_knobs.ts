import { useMutation, useQuery } from '@tanstack/react-query'
import type { ShownKnob } from '../../../src/workspaces/web/page_api.ts'
import { notify } from '../../parts/notify.ts'
import { getJson, sendJson, useDirectoryRefresh } from '../directory.ts'

/** What each knob decides, and what is known about it. */
export function useKnobTable() {
  return useQuery({
    queryKey: ['knob-table'],
    queryFn: () => getJson<readonly ShownKnob[]>('/sim/knob-table'),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Changes knobs; those that are not given stay. */
export function useKnobChange() {
  const refresh = useDirectoryRefresh()
  return useMutation({
    mutationFn: (knobs: Readonly<Record<string, unknown>>) =>
      sendJson<unknown>('PUT', '/sim/knobs', knobs),
    onSuccess: (_, knobs) => notify(`${Object.keys(knobs).join(', ')} changed`),
    onError: (error) => notify(error.message, 'danger'),
    onSettled: refresh,
  })
}
