import { Readable } from 'node:stream'
import * as z from 'zod'
import { exportFormats, exportUsers, writeUsers } from '../../../administration/acts/user_export.ts'
import { toUserFilter, userListFilters } from '../../../administration/user_list_filter.ts'
import type { AdminRoutes } from './admin_routes.ts'
import type { PeopleRoutes } from './people_routes.ts'

/**
 * Adds the export of the list of users.
 *
 * `GET users/export?format&q&filter&group` → a file: CSV with the columns of the import, or a JSON array.
 * `format` is `csv` or `json`; the filters are those of `GET users`. It needs the permit `lists.export`,
 * and counts against `admin_exports_per_hour`.
 */
export function addUserExportRoutes(routes: AdminRoutes, { store, clock }: PeopleRoutes): void {
  routes.view({
    path: 'users/export',
    permit: 'users.view',
    query: z.object({
      format: z.enum(exportFormats).default('csv'),
      q: z.string().max(200).optional(),
      filter: z.enum(userListFilters).optional(),
      group: z.string().max(40).optional(),
    }),
    answer: async ({ query: { format, ...selected }, administration, reply }) => {
      const filters = Object.entries(selected).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${value}`],
      )
      await administration.run(exportUsers, { format, filters: filters.join(' ') })
      const filter = toUserFilter(selected, clock.now())
      const type = format === 'csv' ? 'text/csv' : 'application/json'
      return reply
        .type(`${type}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="users.${format}"`)
        .send(Readable.from(writeUsers(format, filter, store, clock)))
    },
  })
}
