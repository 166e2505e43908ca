import { readFileSync } from 'node:fs'
import type { AdminRoutes } from '../http/web/admin/admin_routes.ts'
import { ApplicationCfg } from '../http/web/admin/application_cfg.ts'
import { addApplicationPolicyRoutes } from '../http/web/admin/application_policy_routes.ts'
import { addApplicationRoutes } from '../http/web/admin/application_routes.ts'
import { addDirectoryRoutes } from '../http/web/admin/directory_routes.ts'
import { addPolicyImpactRoutes } from '../http/web/admin/policy_impact_routes.ts'
import { addPolicyRoutes } from '../http/web/admin/policy_routes.ts'
import { addProxyRoutes } from '../http/web/admin/proxy_routes.ts'
import { addSignInTestRoutes } from '../http/web/admin/sign_in_test_routes.ts'
import { PolicyImpacts } from '../sign_in/policy_impact.ts'
import { SignInTest } from '../sign_in_test/sign_in_test.ts'
import type { ApiPlace } from './api_place.ts'
import type { Domain } from './domain.ts'

/**
 * Adds the panel's routes of applications and authentication proxies.
 *
 * @param place The address of the signed API, known once the service listens.
 */
export function addApplications(routes: AdminRoutes, domain: Domain, place: () => ApiPlace): void {
  const { store, signIn, policyLimits, clock } = domain
  const { subjects, preauth, auth, authStatus } = signIn
  const test = new SignInTest(subjects, preauth, auth, authStatus, clock)
  addApplicationRoutes(routes, store, new ApplicationCfg(() => readPlace(place())), clock)
  addPolicyRoutes(routes, store)
  addApplicationPolicyRoutes(routes, store, policyLimits)
  const impacts = new PolicyImpacts(store, subjects, policyLimits, clock)
  addPolicyImpactRoutes(routes, store, impacts)
  addSignInTestRoutes(routes, store, test, clock)
  addProxyRoutes(routes, store, clock)
  addDirectoryRoutes(routes, store, clock)
}

function readPlace({ host, port, authorityFile }: ApiPlace) {
  const authority = authorityFile === undefined ? undefined : readFileSync(authorityFile, 'utf8')
  return { host, port, authority }
}
