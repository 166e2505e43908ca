/** What `npm test` leaves to `npm run test:all`, so that it ends within minutes. A file that runs alone runs whole. */

/** Set for the processes of the test files. */
const variable = 'COUNTERSIGN_TEST_BRIEF'

/**
 * Files that take long, and whose rules other tests cover or whose subject changes rarely. What must never let anybody
 * in stays in `npm test`.
 */
export const onlyInAll: ReadonlySet<string> = new Set([
  // pages of the panel; what they may do is tested by their API in test/service/http/web/admin
  'test/web/admin/administrators.test.ts',
  'test/web/admin/api_reference.test.ts',
  'test/web/admin/applications.test.ts',
  'test/web/admin/devices.test.ts',
  'test/web/admin/groups.test.ts',
  'test/web/admin/outbox.test.ts',
  'test/web/admin/policies.test.ts',
  'test/web/admin/proxies.test.ts',
  'test/web/admin/push_factor.test.ts',
  'test/web/admin/reports.test.ts',
  'test/web/admin/settings.test.ts',
  'test/web/admin/shell.test.ts',
  'test/web/admin/sign_in.test.ts',
  'test/web/admin/user_bulk.test.ts',
  'test/web/admin/user_import.test.ts',
  'test/web/admin/users.test.ts',
  // pages of the portal, the Proxy Manager and the simulated directory; who may enrol is tested in
  // test/service/http/web/portal, and test/journey/new_company.test.ts enrols a user in a browser
  'test/web/enrolment_on_phone.test.ts',
  'test/web/manager/first_configuration.test.ts',
  'test/web/portal_enrolment.test.ts',
  'test/web/portal_self_service.test.ts',
  'test/web/sign_in.test.ts',
  // whole ways through several programs and browsers, whose parts have tests of their own
  'test/journey/enrol_and_push.test.ts',
  'test/journey/hardware_token.test.ts',
  'test/journey/number_matching.test.ts',
  'test/journey/proxy_reports.test.ts',
  'test/journey/sms_and_calls.test.ts',
  'test/journey/two_programs.test.ts',
  'test/journey/up.test.ts',
  // every command of the guides and of the command-line tools
  'test/cmd/first_owner.test.ts',
  'test/ctl/transcripts.test.ts',
  'test/docs/guides.test.ts',
  // foreign programs in rare set-ups
  'test/peer/kannel.test.ts',
  'test/peer/login_duo_failmode.test.ts',
  'test/peer/login_duo_policy.test.ts',
  'test/peer/login_duo_polls.test.ts',
  'test/peer/nginx.test.ts',
  'test/peer/pgbouncer.test.ts',
  'test/peer/smtp.test.ts',
  // what the packages contain
  'test/packaging/bundle.test.ts',
  'test/packaging/programs.test.ts',
  // databases with many rows, many clients or other set-ups
  'test/cmd/data_location.test.ts',
  'test/service/audit/log_retention.test.ts',
  'test/service/http/server/connection_limits.test.ts',
  'test/service/http/server/contention.test.ts',
  'test/service/sign_in/transaction/thousands.test.ts',
  'test/service/store/open.test.ts',
  'test/service/store/promoted_standby.test.ts',
  'test/service/store/query_plans.test.ts',
])

/** Declares the run as brief, for the processes of the test files. */
export function setBrief(): void {
  process.env[variable] = '1'
}

/** Whether this is `npm test`. */
export function isBrief(): boolean {
  return process.env[variable] !== undefined
}
