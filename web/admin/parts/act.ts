import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { notify } from '../../parts/notify.ts'
import { ApprovalRequired } from '../api.ts'
import { announceApproval } from './approval_notice.tsx'

/**
 * Sends a change to the API. Step-up is asked for where the service requires it, and a change that needs
 * a second administrator shows the approval notice.
 *
 * @param options.changes Paths of the API whose views are loaded again: `users` covers `users/DU…`.
 * @param options.onDone Runs after the change was made.
 * @param options.onWaiting Runs when the change waits for approval; by default nothing else happens.
 * @param options.done Message of the notification after success.
 */
export function useAct<Input, Result>(options: {
  readonly run: (input: Input) => Promise<Result>
  readonly changes?: readonly string[]
  readonly onDone?: (result: Result, input: Input) => unknown
  readonly onWaiting?: () => unknown
  readonly done?: string | ((result: Result, input: Input) => string)
}) {
  const reload = useReload()
  const { run, changes = [], onDone, onWaiting, done } = options
  return useMutation({
    mutationFn: run,
    onSuccess: async (result, input) => {
      if (done !== undefined) notify(typeof done === 'string' ? done : done(result, input))
      await reload(changes)
      await onDone?.(result, input)
    },
    onError: async (error) => {
      if (!(error instanceof ApprovalRequired)) return
      announceApproval(error.approval)
      await reload(['approvals'])
      await onWaiting?.()
    },
  })
}

/** @returns Loads the views of these API paths again, and of the paths below them. */
export function useReload() {
  const client = useQueryClient()
  return useCallback(
    async (paths: readonly string[]) => {
      if (paths.length === 0) return
      await client.invalidateQueries({
        predicate: ({ queryKey: [kind, path] }) =>
          kind === 'api' && paths.some((prefix) => path === prefix || isBelow(path, prefix)),
      })
    },
    [client],
  )
}

function isBelow(path: unknown, prefix: string): boolean {
  return typeof path === 'string' && path.startsWith(`${prefix}/`)
}
