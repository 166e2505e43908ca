import type { Job, Jobs } from '../../../administration/jobs.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

/**
 * Adds the routes of long work. A job is what `jobJson` returns; only the administrator who started it
 * sees it, for a day.
 *
 * - `GET jobs/:id` → job
 * - `GET jobs/:id/file` → the file that it wrote, as a download: the bad lines of an import as CSV
 */
export function addJobRoutes(routes: AdminRoutes, jobs: Jobs): void {
  routes.view({
    path: 'jobs/:id',
    permit: 'signed_in',
    query: nothing,
    answer: async ({ id, admin }) => {
      const job = await jobs.find(id, admin.adminId)
      if (job === undefined) throw noJob()
      return jobJson(job)
    },
  })

  routes.view({
    path: 'jobs/:id/file',
    permit: 'signed_in',
    query: nothing,
    answer: async ({ id, admin, reply }) => {
      const file = await jobs.file(id, admin.adminId)
      if (file === undefined) throw noJob()
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${file.name}"`)
        .send(`\ufeff${file.content}`)
    },
  })
}

/**
 * `{ job_id, kind, state: 'running' | 'done' | 'failed' | 'interrupted', total, done, created, updated,
 * result | null, error, has_file }`; `error` is empty unless the job failed, `has_file` says that
 * `jobs/:id/file` answers.
 */
export function jobJson({ jobId, fileName, ...job }: Job) {
  return { job_id: jobId, ...job, has_file: fileName !== '' }
}

function noJob(): NotFound {
  return new NotFound('there is no such job; jobs are kept for a day')
}
