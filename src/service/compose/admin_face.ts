import { approvableActs } from '../administration/acts/approvable_acts.ts'
import { ApprovalDecisions } from '../administration/approval_decisions.ts'
import { Approvals } from '../administration/approvals.ts'
import { HourlyCounts } from '../administration/hourly_caps.ts'
import { Jobs } from '../administration/jobs.ts'
import { Activation } from '../administrators/activation.ts'
import { FactorEnrolment } from '../administrators/enrolment.ts'
import { FailedSignIns } from '../administrators/failed_sign_ins.ts'
import { AdministratorLinks } from '../administrators/links.ts'
import { OwnAccount } from '../administrators/own_account.ts'
import { AdministratorPasskeys } from '../administrators/passkeys.ts'
import { AdministratorPush } from '../administrators/push.ts'
import { PushPhones } from '../administrators/push_phones.ts'
import { Roles } from '../administrators/roles.ts'
import { AdministratorSignIn } from '../administrators/sign_in.ts'
import { Integrations } from '../applications/integrations.ts'
import { ApprovalTimes } from '../audit/approval_times.ts'
import { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { RelyingParty } from '../authenticators/passkey/relying_party.ts'
import { AdminSessionGate } from '../http/gate/admin_session.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import type { Face } from '../http/server/http_server.ts'
import { addAdmin } from '../http/web/admin/admin.ts'
import { AdminLimits } from '../http/web/admin/admin_limits.ts'
import { AdminRoutes } from '../http/web/admin/admin_routes.ts'
import { addAdministratorRoutes } from '../http/web/admin/administrator_routes.ts'
import { addApiReferenceRoutes } from '../http/web/admin/api_reference_routes.ts'
import { addApprovalRoutes } from '../http/web/admin/approval_routes.ts'
import { addBypassCodeRoutes } from '../http/web/admin/bypass_code_routes.ts'
import { addActivationRoutes, addEnrolmentRoutes } from '../http/web/admin/enrolment_routes.ts'
import { addGroupRoutes } from '../http/web/admin/group_routes.ts'
import { addOutboxRoutes } from '../http/web/admin/outbox_routes.ts'
import { addPhoneRoutes } from '../http/web/admin/phone_routes.ts'
import { addProfileRoutes } from '../http/web/admin/profile_routes.ts'
import { addRoleRoutes } from '../http/web/admin/role_routes.ts'
import { AdminSessionDescription } from '../http/web/admin/session_description.ts'
import { addSessionRoutes } from '../http/web/admin/session_routes.ts'
import { addSettingsRoutes, type Providers } from '../http/web/admin/settings_routes.ts'
import { SignInAttempts } from '../http/web/admin/sign_in_attempts.ts'
import { addTokenImportRoutes } from '../http/web/admin/token_import_routes.ts'
import { addTokenRoutes } from '../http/web/admin/token_routes.ts'
import { OwnApplication } from '../own_applications/own_application.ts'
import { Proxies } from '../proxies/proxies.ts'
import { addApplications } from './admin_applications.ts'
import { addPeople } from './admin_people.ts'
import { addReports } from './admin_reports.ts'
import { composeLimitMail, composeLinkMail, composeTestMail } from './administrator_mail.ts'
import { composeAdministrators } from './administrators.ts'
import type { ApiPlace } from './api_place.ts'
import type { Domain } from './domain.ts'

/** The routes of the panel, and the work that keeps its tables small. */
export interface AdminFace {
  readonly face: Face
  readonly tidy: () => Promise<void>
}

/**
 * Composes `/admin/api`.
 *
 * @param options.apiDocument The OpenAPI document of the Admin API.
 * @param options.triesPerAddress Passwords and passcodes that one address may try in five minutes.
 */
export function composeAdmin(
  domain: Domain,
  clientAddresses: ClientAddresses,
  {
    triesPerAddress,
    testMode,
    apiDocument,
    apiPlace,
    providers,
  }: {
    readonly triesPerAddress: number
    readonly testMode: boolean
    readonly providers: Providers
    readonly apiDocument: () => object
    readonly apiPlace: () => ApiPlace
  },
): AdminFace {
  const { store, directory, settings, origin, outbox, transactions, delivery, clock, log } = domain
  const { users, groups, phones } = directory
  const { db } = store
  const accounts = composeAdministrators(domain)
  const { administrators, factors, sessions } = accounts
  const roles = new Roles()
  const failures = new FailedSignIns(store, administrators, clock)
  const gate = new AdminSessionGate(
    db,
    sessions,
    administrators,
    roles,
    () => origin.adminHost,
    clientAddresses,
    failures,
    clock,
  )
  const limits = new AdminLimits(triesPerAddress, clientAddresses, clock)
  const attempts = new SignInAttempts(accounts, gate, limits, failures)
  const pushPhones = new PushPhones(users, phones, domain.devices)
  const description = new AdminSessionDescription(db, gate, sessions, factors, pushPhones, {
    organisation: () => ({ name: settings.get('name'), logo_url: domain.organisation.logoPath }),
    testMode,
  })
  const passkeys = new AdministratorPasskeys(
    factors,
    sessions,
    new RelyingParty(() => origin.adminHost, domain.organisation),
  )
  const { preauth, auth } = domain.signIn
  const application = new OwnApplication('panel', store, clock)
  const sender = { application, preauth, auth, transactions }
  const push = new AdministratorPush(accounts, pushPhones, sender)
  const signIn = new AdministratorSignIn(accounts, passkeys, push)
  const enrolment = new FactorEnrolment(accounts, passkeys, push, () => settings.get('name'))
  const links = new AdministratorLinks()
  const passwordSettings = () => ({
    minLength: settings.get('minimum_password_length'),
    organisation: settings.get('name'),
  })
  const activation = new Activation(accounts, links, passwordSettings)
  const ownAccount = new OwnAccount(accounts, pushPhones, passwordSettings)
  const approvals = new Approvals(store)
  const jobs = new Jobs(store, clock, log)
  const decisions = new ApprovalDecisions({
    store,
    settings,
    clock,
    acts: approvableActs,
    findActor: async (adminId, transaction) => {
      const administrator = await administrators.byId(adminId, transaction)
      if (administrator?.status !== 'active') return undefined
      const role = await roles.byName(administrator.role, transaction)
      return { name: administrator.email, role }
    },
  })
  const onLimit = composeLimitMail(domain)
  return {
    face: (server) =>
      addAdmin(server, log, (admin) => {
        const routes = new AdminRoutes(admin, gate, limits, store, clock, onLimit)
        addSessionRoutes(routes, gate, limits, attempts, description, signIn, sessions, clock, db)
        addActivationRoutes(routes, limits, description, activation)
        addEnrolmentRoutes(routes, gate, description, enrolment, signIn, attempts)
        addPeople(routes, domain, jobs)
        addReports(routes, domain, administrators, testMode)
        addApiReferenceRoutes(routes, apiDocument)
        if (testMode) addOutboxRoutes(routes, outbox, transactions, db)
        addGroupRoutes(routes, groups, users, store)
        addPhoneRoutes(routes, phones, users, delivery, () => origin.url, store)
        addTokenRoutes(routes, users, store)
        addTokenImportRoutes(routes, store, clock)
        addBypassCodeRoutes(
          routes,
          new BypassCodes(store),
          users,
          clock,
          db,
          new Integrations(store),
        )
        addProfileRoutes(routes, ownAccount, sessions)
        addAdministratorRoutes(routes, accounts, links, pushPhones, {
          address: () => origin.adminUrl,
          send: composeLinkMail(domain),
        })
        addRoleRoutes(routes, roles, db)
        addApprovalRoutes(routes, approvals, decisions, clock, db)
        addSettingsRoutes(
          routes,
          settings,
          domain.organisation,
          providers,
          composeTestMail(domain),
          db,
        )
        addApplications(routes, domain, apiPlace)
      }),
    tidy: async () => {
      await failures.tidy()
      await sessions.prune(clock.now(), db)
      await links.prune(clock.now(), db)
      await approvals.prune(clock.now(), db)
      await jobs.prune(db)
      await new Proxies().prune(clock.now(), db)
      await new ApprovalTimes().prune(clock.now(), db)
      await new HourlyCounts().prune(clock.now(), db)
    },
  }
}
