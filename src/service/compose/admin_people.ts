import type { Jobs } from '../administration/jobs.ts'
import { Removal } from '../administration/removal.ts'
import { UserTiles } from '../administration/user_counts.ts'
import { Integrations } from '../applications/integrations.ts'
import { PermittedGroups } from '../applications/permitted_groups.ts'
import { PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import type { AdminRoutes } from '../http/web/admin/admin_routes.ts'
import { addExplainRoutes } from '../http/web/admin/explain_routes.ts'
import { addInvitationRoutes } from '../http/web/admin/invitation_routes.ts'
import { addJobRoutes } from '../http/web/admin/job_routes.ts'
import { addUserBulkRoutes } from '../http/web/admin/user_bulk_routes.ts'
import { addUserDeviceRoutes } from '../http/web/admin/user_device_routes.ts'
import { addUserExportRoutes } from '../http/web/admin/user_export_routes.ts'
import { addUserImportRoutes } from '../http/web/admin/user_import_routes.ts'
import { addUserRoutes } from '../http/web/admin/user_routes.ts'
import { addUserTimelineRoutes } from '../http/web/admin/user_timeline_routes.ts'
import { PortalSessions } from '../self_service/portal_sessions.ts'
import { Lockout } from '../sign_in/lockout.ts'
import { Subjects } from '../sign_in/subject.ts'
import type { Domain } from './domain.ts'
import { composeInvitationMailer } from './invitation_mailer.ts'

/** Adds the panel's routes of users, groups and devices. */
export function addPeople(routes: AdminRoutes, domain: Domain, jobs: Jobs): void {
  const { store, settings, clock } = domain
  const people = {
    store,
    clock,
    failedLimit: () => settings.get('lockout_threshold'),
    trashDays: () => settings.get('pending_deletion_days'),
  }
  const sessions = new PortalSessions(store)
  const removal = new Removal(store, (userId, now, db) => sessions.countOfUser(userId, now, db))
  addUserRoutes(routes, people, new UserTiles(store.db, clock), removal)
  addUserDeviceRoutes(routes, people)
  addUserTimelineRoutes(routes, people)
  const sendInvitation = composeInvitationMailer(domain)
  addInvitationRoutes(routes, people, () => domain.origin.url, sendInvitation)
  addUserImportRoutes(routes, people, jobs, sendInvitation)
  addUserBulkRoutes(routes, people, jobs, sendInvitation)
  addUserExportRoutes(routes, people)
  addJobRoutes(routes, jobs)
  addExplainRoutes(routes, people, composeSubjects(domain), new Integrations(store))
}

function composeSubjects({ store, directory, policyLimits, delivery, clock }: Domain): Subjects {
  const [lockout, permitted] = [new Lockout(store), new PermittedGroups(store)]
  const attachments = new PolicyAttachments(store)
  return new Subjects(
    store,
    directory,
    lockout,
    permitted,
    attachments,
    policyLimits,
    delivery,
    clock,
  )
}
