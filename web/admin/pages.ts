import { accountPages } from './account/pages.ts'
import { administratorPages } from './administrators/pages.ts'
import { apiReferencePages } from './api_reference/pages.ts'
import { applicationPages } from './applications/pages.ts'
import { approvalPages } from './approvals/pages.ts'
import { bypassCodePages } from './bypass_codes/pages.ts'
import { dashboardPages } from './dashboard/pages.ts'
import { groupPages } from './groups/pages.ts'
import { outboxPages } from './outbox/pages.ts'
import type { PageGroup } from './page.ts'
import { phonePages } from './phones/pages.ts'
import { policyPages } from './policies/pages.ts'
import { proxyPages } from './proxies/pages.ts'
import { reportPages } from './reports/pages.ts'
import { settingsPages } from './settings/pages.ts'
import { signInPages } from './sign_in/pages.ts'
import { tokenPages } from './tokens/pages.ts'
import { userPages } from './users/pages.ts'

/** Every group of pages; the sidebar shows them in this order. */
export const pageGroups: readonly PageGroup[] = [
  dashboardPages,
  applicationPages,
  policyPages,
  proxyPages,
  userPages,
  groupPages,
  phonePages,
  tokenPages,
  bypassCodePages,
  reportPages,
  administratorPages,
  settingsPages,
  approvalPages,
  apiReferencePages,
  outboxPages,
  accountPages,
  signInPages,
]
