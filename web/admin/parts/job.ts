import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'

/** Long work of this administrator; the service keeps it for a day. */
export interface Job<Result> {
  readonly job_id: string
  /** Such as `user_import`. */
  readonly kind: string
  /** `interrupted`: the service stopped meanwhile. */
  readonly state: 'running' | 'done' | 'failed' | 'interrupted'
  readonly total: number
  readonly done: number
  readonly result: Result | null
  readonly error: string
  /** Whether `jobs/:id/file` answers. */
  readonly has_file: boolean
}

const pollMs = 700

/** Loads a job again until it has ended. */
export function useJob<Result>(jobId: string | undefined) {
  const path = `jobs/${jobId ?? ''}`
  return useQuery({
    queryKey: ['api', path],
    queryFn: ({ signal }) => api.get<Job<Result>>(path, {}, signal),
    enabled: jobId !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? pollMs : false),
  })
}

/** Why a job ended without a result, and what to do; `undefined` if it did not. */
export function jobProblem({ state, error }: Job<unknown>): string | undefined {
  switch (state) {
    case 'failed':
      return `${error.charAt(0).toUpperCase()}${error.slice(1)}.`
    case 'interrupted':
      return 'The service stopped meanwhile. What was done until then is kept. Start again.'
    default:
      return undefined
  }
}
