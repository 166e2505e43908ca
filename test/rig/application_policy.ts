import {
  type ApplicationPolicyChange,
  changeApplicationPolicy,
} from '../../src/service/applications/policy/application_policy.ts'
import type { Store } from '../../src/service/store/store.ts'

/** Changes the application's own policy. */
export async function setApplicationPolicy(
  store: Store,
  integration: { readonly ikey: string; readonly name: string },
  change: ApplicationPolicyChange,
): Promise<void> {
  await store.transaction((db) => changeApplicationPolicy(store, integration, change, 0, db))
}
