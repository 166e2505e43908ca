import { sql } from 'kysely'
import type { Store } from '../../src/service/store/store.ts'
import { numbers } from './company.ts'

const hourMs = 3_600_000
const linesAtOnce = 500_000
/** Numbers from here on have the length of the last part of a UUID. */
const firstNumber = 100_000_000_000

/** Values that a benchmark or a test searches for. */
export const loggedValues = {
  /** Half of the lines, a few hundred, a few, and none. */
  user: { some: 'user7', none: 'nobody' },
  application: { common: 'DICOMMON', rare: 'DIRARE', none: 'DINONE' },
  factor: { common: 'duo_push', rare: 'sms_passcode', none: 'none' },
  result: { common: 'success', rare: 'fraud', none: 'none' },
  reason: { common: 'user_approved', rare: 'locked_out', none: 'none' },
  address: { common: '192.0.2.1', rare: '198.51.100.7', none: '203.0.113.9' },
} as const

/**
 * Fills the authentication log, ending now, by a statement for each half million of lines.
 *
 * @param linesPerHour Lines in each hour.
 */
export async function fillLog(store: Store, lines: number, linesPerHour = 2400): Promise<void> {
  const now = Date.now()
  const spacing = Math.floor(hourMs / linesPerHour)
  for (let start = 0; start < lines; start += linesAtOnce) {
    const count = Math.min(linesAtOnce, lines - start)
    const first = now - (lines - start) * spacing
    await store.transaction(async (db) => {
      if (store.dialect === 'postgres') {
        await sql`set local statement_timeout = 0`.execute(db)
        await sql`set local session_replication_role = replica`.execute(db)
      }
      await sql`
        insert into authentication_log (timestamp, txid, user_id, username, ikey, application, factor, result,
          reason, ipaddr, hostname, device, mac)
        select ${sql.lit(first)} + cast(n.i as bigint) * ${sql.lit(spacing)},
          '5f0c2f0e-0000-4000-8000-' || cast(${sql.lit(firstNumber)} + ${sql.lit(start)} + n.i as text), 'DU' || (cast(n.i as bigint) * 7919) % 50000,
          'user' || (cast(n.i as bigint) * 7919) % 50000, case when n.i % 1000 = 1 then 'DIRARE' else 'DICOMMON' end, 'VPN',
          case when n.i % 2000 = 5 then 'sms_passcode' when n.i % 3 = 0 then 'passcode' else 'duo_push' end,
          case when n.i % 2500 = 7 then 'fraud' when n.i % 20 = 3 then 'denied' else 'success' end,
          case when n.i % 2500 = 7 then 'user_marked_fraud' when n.i % 1200 = 3 then 'locked_out'
            when n.i % 20 = 3 then 'no_response' else 'user_approved' end,
          case when n.i % 2 = 0 then '192.0.2.1' else '198.51.100.' || (n.i * 31) % 250 end, '', '',
          'salted code of a line' || cast(${sql.lit(firstNumber)} + n.i as text)
        from ${numbers(store, count)}`.execute(db)
      // the benchmark measures lists, not the chain of the log
      await sql`delete from log_queue`.execute(db)
      await sql`
        insert into authentication_hours (hour, ikey, factor, result, reason, count)
        select timestamp - timestamp % ${sql.lit(hourMs)}, ikey, factor, result, reason, count(*)
        from authentication_log where timestamp >= ${sql.lit(first)} group by 1, 2, 3, 4, 5
        on conflict (hour, ikey, factor, result, reason)
        do update set count = authentication_hours.count + excluded.count`.execute(db)
    })
  }
  await sql`analyze`.execute(store.db)
}

/** Fills the administrator log and the telephony log. */
export async function fillOtherLogs(store: Store, lines: number): Promise<void> {
  await sql`
    insert into administrator_log (timestamp, actor, action, object, object_kind, object_id, user_id, address,
      description)
    select n.i, n.i % 20, n.i % 30, '', 'user', n.i % 5000, n.i % 5000, n.i % 40, ''
    from ${numbers(store, lines)}`.execute(store.db)
  await sql`
    insert into telephony_log (timestamp, type, context, number, user_id, provider, result, detail)
    select n.i, case when n.i % 2 = 0 then 'sms' else 'phone' end, 'authentication', n.i % 5000, n.i % 5000,
      'twilio', case when n.i % 100 = 0 then 'refused' else 'sent' end, ''
    from ${numbers(store, lines)}`.execute(store.db)
  await sql`analyze`.execute(store.db)
}
