import type { Clock } from '../../host/clock.ts'
import type { Permit, Role } from '../administration/roles.ts'
import type { UserTiles } from '../administration/user_counts.ts'
import type { Administrators } from '../administrators/administrators.ts'
import type { Integrations } from '../applications/integrations.ts'
import { signInCounts } from '../audit/authentication_hours.ts'
import { Users } from '../people/users.ts'
import { type ProxySummary, proxySummary } from '../proxies/proxy_summary.ts'
import type { StoreDb } from '../store/store.ts'

/** Something that an administrator should look at. */
export interface AttentionItem {
  readonly kind:
    | 'fraud_reports'
    | 'locked_users'
    | 'bypass_without_end'
    | 'one_owner'
    | 'signature_v1'
    | 'proxy_fail_open'
    | 'proxy_lost'
    | 'proxy_unsigned'
    | 'single_proxy'
    | 'no_mail'
    | 'test_mode'
    | 'not_enrolled'
  readonly tone: 'danger' | 'warning' | 'info'
  readonly count: number
  /** The page that helps, below `/admin`. */
  readonly to: string
}

interface Check extends Omit<AttentionItem, 'count'> {
  /** Without the permit, an administrator could do nothing about it. */
  readonly permit: Permit
  /** @param proxies Read once for all checks. */
  readonly count: (proxies: () => Promise<ProxySummary>) => Promise<number>
}

/** What the service can deliver. */
export interface DeliveryState {
  readonly hasMail: boolean
  /** Messages stay in the outbox. */
  readonly testMode: boolean
}

const weekMs = 7 * 24 * 3_600_000
const hourMs = 3_600_000
/** Signs like the first version of the API, whose requests can be replayed forever. */
const mayNeedSignatureV1 = 'unix'

/** Finds what needs attention, the most urgent first. */
export class Attention {
  readonly #checks: readonly Check[]
  readonly #readProxies: () => Promise<ProxySummary>

  constructor(
    tiles: UserTiles,
    administrators: Administrators,
    integrations: Integrations,
    delivery: DeliveryState,
    clock: Clock,
    db: StoreDb,
  ) {
    const users = new Users()
    this.#readProxies = () => proxySummary(clock.now(), db)
    this.#checks = [
      {
        kind: 'fraud_reports',
        tone: 'danger',
        to: '/reports/authentication?result=fraud',
        permit: 'logs.view',
        count: async () => {
          const from = clock.now() - weekMs
          const counts = await signInCounts('result', { from, spanMs: hourMs }, db)
          const fraud = counts.filter(({ value }) => value === 'fraud')
          return fraud.reduce((sum, { count }) => sum + count, 0)
        },
      },
      {
        kind: 'proxy_fail_open',
        tone: 'danger',
        to: '/proxies',
        permit: 'applications.view',
        count: async (proxies) => (await proxies()).warnings.get('fail_open') ?? 0,
      },
      {
        kind: 'locked_users',
        tone: 'warning',
        to: '/users?filter=locked',
        permit: 'users.view',
        count: async () => (await tiles.counts()).locked,
      },
      {
        kind: 'bypass_without_end',
        tone: 'warning',
        to: '/users?filter=bypass',
        permit: 'users.view',
        count: () => users.total({ bypassWithoutEnd: true }, db),
      },
      {
        kind: 'one_owner',
        tone: 'warning',
        to: '/administrators',
        permit: 'administrators.view',
        count: async () => ((await administrators.ownerEmails(db)).length === 1 ? 1 : 0),
      },
      {
        kind: 'signature_v1',
        tone: 'warning',
        to: '/applications',
        permit: 'applications.view',
        count: async () =>
          (await integrations.list(db)).filter(
            ({ type, signatureV1 }) => signatureV1 && type !== mayNeedSignatureV1,
          ).length,
      },
      {
        kind: 'proxy_lost',
        tone: 'warning',
        to: '/proxies?state=lost',
        permit: 'applications.view',
        count: async (proxies) => {
          const { total, connected } = await proxies()
          return total - connected
        },
      },
      {
        kind: 'proxy_unsigned',
        tone: 'warning',
        to: '/proxies',
        permit: 'applications.view',
        count: async (proxies) => (await proxies()).warnings.get('no_message_authenticator') ?? 0,
      },
      {
        kind: 'single_proxy',
        tone: 'info',
        to: '/proxies',
        permit: 'applications.view',
        count: async (proxies) => (await proxies()).singles.length,
      },
      {
        kind: 'no_mail',
        tone: 'info',
        to: '/settings',
        permit: 'settings.view',
        count: async () => (delivery.hasMail ? 0 : 1),
      },
      {
        kind: 'test_mode',
        tone: 'info',
        to: '/outbox',
        permit: 'outbox.use',
        count: async () => (delivery.testMode ? 1 : 0),
      },
      {
        kind: 'not_enrolled',
        tone: 'info',
        to: '/users?filter=not_enrolled',
        permit: 'users.view',
        count: async () => (await tiles.counts()).not_enrolled,
      },
    ]
  }

  /** What an administrator with this role can do something about. */
  async list({ permits }: Role): Promise<AttentionItem[]> {
    const items: AttentionItem[] = []
    let summary: Promise<ProxySummary> | undefined
    const proxies = () => {
      summary ??= this.#readProxies()
      return summary
    }
    for (const { permit, count: read, ...item } of this.#checks) {
      if (!permits.has(permit)) continue
      const count = await read(proxies)
      if (count > 0) items.push({ ...item, count })
    }
    return items
  }
}
