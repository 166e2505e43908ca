import type { Options } from '../../config/option.ts'
import { integer, oneOf, port, secret, text } from '../../config/value_type.ts'
import { host } from './host_value.ts'

/** The application whose keys a section uses. */
export const applicationOptions = {
  ikey: {
    type: text,
    required: true,
    meaning: 'integration key of the application: 20 letters and digits',
    source: "copy it from the application: run 'countersign app list'",
  },
  skey: {
    type: secret,
    required: true,
    meaning: 'secret key of the application: 40 letters and digits',
    source: "copy it from the application: run 'countersign app show NAME --reveal'",
  },
  api_host: { type: host, required: true, meaning: 'host name of the API, without a port' },
  api_port: { type: port, default: '443', meaning: 'port of the API' },
} satisfies Options

/** How a server section calls the API. */
export const apiOptions = {
  ...applicationOptions,
  api_timeout: {
    type: integer({ min: 0, max: 3600 }),
    default: '0',
    meaning:
      'seconds that one call to the API may take; 0 for the defaults: 10 for calls that are answered at once, 90 for calls that wait for a user. A user who has not answered a push by then is rejected, even with failmode=safe',
  },
  api_max_connections: {
    type: integer({ min: 1, max: 1024 }),
    default: '64',
    ours: true,
    meaning:
      'kept connections to the API for calls that are answered at once; further calls wait for a free one',
  },
  api_max_waiting: {
    type: integer({ min: 1, max: 50_000 }),
    default: '15000',
    ours: true,
    meaning:
      'sign-ins that may wait for their users at once (push, phone call); further ones are rejected as busy at once, whatever failmode says. Each takes 20 to 30 KiB of memory',
  },
  failmode: {
    type: oneOf('safe', 'secure'),
    default: 'safe',
    critical: true,
    meaning:
      'what happens to a login while the API is down: `safe` lets it in, `secure` rejects it; see failmode.md',
  },
} satisfies Options
