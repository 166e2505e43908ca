import { boolean, folder, integer, oneOf } from '../../config/value_type.ts'
import { listenAddress } from './address_value.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { inheritableOptions } from './shared_options.ts'

const { debug, ...otherInheritable } = inheritableOptions

export const mainSection = {
  name: 'main',
  role: 'global',
  meaning: 'logging, and defaults for the other sections',
  options: {
    debug,
    log_dir: { type: folder, default: 'log', meaning: 'folder of the logs' },
    log_file: { type: boolean, default: 'true', meaning: 'writes `authproxy.log`' },
    log_max_files: {
      type: integer({ min: 0 }),
      default: '6',
      meaning: 'rotated files that are kept; 0 keeps all',
    },
    log_max_size: {
      type: integer({ min: 0 }),
      default: '10485760',
      meaning: 'bytes at which a log is rotated; 0 for never',
    },
    log_stdout: { type: boolean, default: 'false', meaning: 'also writes to standard output' },
    log_syslog: {
      type: boolean,
      default: 'false',
      meaning: 'also sends to the syslog of this machine',
    },
    syslog_facility: {
      type: {
        ...oneOf(
          'LOG_AUTH',
          'LOG_CRON',
          'LOG_DAEMON',
          'LOG_KERN',
          'LOG_LPR',
          'LOG_MAIL',
          'LOG_NEWS',
          'LOG_SYSLOG',
          'LOG_USER',
          'LOG_UUCP',
          'LOG_LOCAL0',
          'LOG_LOCAL1',
          'LOG_LOCAL2',
          'LOG_LOCAL3',
          'LOG_LOCAL4',
          'LOG_LOCAL5',
          'LOG_LOCAL6',
          'LOG_LOCAL7',
        ),
        form: '`LOG_USER`, `LOG_AUTH`, `LOG_CRON`, `LOG_DAEMON`, `LOG_KERN`, `LOG_LPR`, `LOG_MAIL`, `LOG_NEWS`, `LOG_SYSLOG`, `LOG_UUCP`, `LOG_LOCAL0` … `LOG_LOCAL7`',
      },
      default: 'LOG_USER',
      meaning: 'facility of the syslog lines',
    },
    log_auth_events: {
      type: boolean,
      default: 'false',
      meaning: 'writes one JSON line per login to `authevents.log`',
    },
    metrics_port: {
      type: integer({ min: 0, max: 65535 }),
      default: '0',
      ours: true,
      meaning:
        'TCP port that serves `/metrics` to Prometheus and `/healthz` to load balancers; 0 for none',
    },
    metrics_interface: {
      type: listenAddress,
      default: '127.0.0.1',
      ours: true,
      meaning:
        'local address for `metrics_port`; `0.0.0.0` for all IPv4 addresses, `::` for IPv6 too. Let only the monitoring reach it: it has no password, and shows numbers and section names',
    },
    send_reports: {
      type: boolean,
      default: 'true',
      ours: true,
      meaning:
        'reports every 30 seconds to a service that offers it, so that its Admin Panel lists this proxy; Duo’s cloud does not offer it, and gets none',
    },
    workers: {
      type: integer({ min: 0, max: 64 }),
      default: '0',
      ours: true,
      meaning:
        'processes that share the sign-ins, to use several cores. 0 for one per core, at most 8. There is one on systems other than Linux, and with `retry_timeout`. A change takes effect with the next start',
    },
    log_sso_events: {
      type: boolean,
      default: 'false',
      status: 'not yet supported',
      meaning: 'writes `ssoevents.log`',
    },
    ...otherInheritable,
    test_connectivity_on_startup: {
      type: boolean,
      default: 'false',
      meaning:
        'runs the connectivity tool at each start; its findings are in the logs, and do not prevent the start',
    },
    fips_mode: {
      type: boolean,
      default: 'false',
      status: 'not supported',
      meaning: 'uses validated cryptography only',
    },
  },
} as const satisfies ProxySectionKind
